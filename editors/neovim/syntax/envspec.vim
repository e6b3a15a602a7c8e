" Highlighting of the envspec language. The lists of words are held to the compiler's tables by a test.
if exists("b:current_syntax")
  finish
endif

syntax case match
syntax iskeyword @,48-57,_,-

" In order: of what begins at one place, the later match wins.
syntax match envspecOperator "+\?="
syntax match envspecAttribute "\<\h\k*\>\ze\s*+\?="
syntax match envspecStatement "^\s*\zsedition\>\ze\s*="
syntax match envspecMalformed "\%(\k\|\.\)\@1<![-+]\?\.\?\d\%(\k\|\.\|+=\@!\)*"
syntax match envspecNumber "\%(\k\|\.\)\@1<!-\?\%(0\|[1-9]\d*\)\%(\.\d\+\)\?\%([eE][-+]\?\d\+\)\?\%(\k\|\.\)\@!"
syntax match envspecSize "\%(\k\|\.\)\@1<!\%(0\|[1-9]\d*\)\%(\.\d\+\)\?\%(B\|KB\|MB\|GB\|TB\|KiB\|MiB\|GiB\|TiB\)\%(\k\|\.\)\@!"
syntax match envspecDuration "\%(\k\|\.\)\@1<!\%(0\|[1-9]\d*\)\%(\.\d\+\)\?\%(ms\|s\|m\|h\|d\)\%(\k\|\.\)\@!"
syntax match envspecConstant "\%(=\s*\|[\[,]\s*\)\@<=\%(true\|false\|none\)\>\%(\s*+\?=\|\.\)\@!"
syntax match envspecRoot "\<\%(param\|matrix\|inputs\|outputs\|run\|secret\|target\)\>\ze\."

syntax match envspecBlock "\<\%(environment\|run\|deployment\|endpoint\|model\|index\|channel\|secret\|target\)\>\ze\s*\%(\h\k*\)\?\s*\%(extends\s\+[^{]*\)\?{" nextgroup=envspecName skipwhite
syntax match envspecRecord "\<\%(docker\|spark\|resources\|health\|limits\)\>\ze\s*{"
syntax match envspecName "\<\h\k*\>" contained nextgroup=envspecExtends skipwhite
syntax match envspecExtends "\<extends\>"
syntax match envspecStatement "^\s*\zsimport\>\ze\s*\"" nextgroup=envspecPath skipwhite
syntax region envspecPath start=+"+ skip=+\\.+ end=+"+ oneline contained contains=envspecEscape,envspecUnknownEscape nextgroup=envspecStatement skipwhite
syntax match envspecStatement "\<as\>\ze\s\+\h\k*" contained nextgroup=envspecName skipwhite
syntax match envspecStatement "^\s*\zsparam\>\ze\s\+\h" nextgroup=envspecParam skipwhite
syntax match envspecParam "\<\h\k*\>" contained nextgroup=envspecColon skipwhite
syntax match envspecColon ":" contained nextgroup=envspecType skipwhite
syntax match envspecType "\<\%(string\|integer\|number\|boolean\|path\|size\|duration\|list\)\>" contained

syntax match envspecUnknownEscape "\\." contained
syntax match envspecEscape "\\[nt\"\\]\|\\u{\x\{1,6}}" contained
syntax match envspecHole "\${[^}\"]*}" contained
syntax match envspecEscape "\$\${" contained
syntax region envspecString start=+"+ skip=+\\.+ end=+"+ end=+$+ oneline contains=envspecEscape,envspecUnknownEscape,envspecHole
syntax region envspecString start=+"""+ skip=+\\.+ end=+"""+ contains=envspecEscape,envspecUnknownEscape,envspecHole keepend

syntax keyword envspecTodo TODO FIXME XXX contained
syntax match envspecAllow "envspec:\s*allow\>" contained
syntax match envspecComment "#.*" contains=envspecTodo,envspecAllow,@Spell

syntax sync minlines=200

highlight default link envspecAllow SpecialComment
highlight default link envspecAttribute Identifier
highlight default link envspecBlock Structure
highlight default link envspecColon Delimiter
highlight default link envspecComment Comment
highlight default link envspecConstant Boolean
highlight default link envspecDuration Number
highlight default link envspecEscape SpecialChar
highlight default link envspecExtends Keyword
highlight default link envspecHole Special
highlight default link envspecMalformed Error
highlight default link envspecName Type
highlight default link envspecNumber Number
highlight default link envspecOperator Operator
highlight default link envspecParam Identifier
highlight default link envspecPath String
highlight default link envspecRecord Structure
highlight default link envspecRoot Special
highlight default link envspecSize Number
highlight default link envspecStatement Statement
highlight default link envspecString String
highlight default link envspecTodo Todo
highlight default link envspecType Type
highlight default link envspecUnknownEscape Error

let b:current_syntax = "envspec"
