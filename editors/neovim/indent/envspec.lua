-- One step for each bracket that a line leaves open. Strings and comments are not looked into closely: the
-- formatter of the language server has the last word.
if vim.b.did_indent then
  return
end
vim.b.did_indent = 1

local function bracketed(line)
  return (line:gsub('"[^"]*"', ""):gsub("#.*$", ""))
end

function _G.envspec_indent()
  local number = vim.v.lnum
  local above = vim.fn.prevnonblank(number - 1)
  if above == 0 then
    return 0
  end
  local text = bracketed(vim.fn.getline(above))
  local depth = vim.fn.indent(above)
  local opened = select(2, text:gsub("[%[{]", "")) - select(2, text:gsub("^%s*[%]}]", ""):gsub("[%]}]", ""))
  if opened > 0 then
    depth = depth + vim.fn.shiftwidth()
  elseif opened < 0 then
    depth = depth - vim.fn.shiftwidth()
  end
  if vim.fn.getline(number):match("^%s*[%]}]") then
    depth = depth - vim.fn.shiftwidth()
  end
  return math.max(depth, 0)
end

vim.bo.indentexpr = "v:lua.envspec_indent()"
vim.bo.indentkeys = "0},0],o,O"
vim.b.undo_indent = "setlocal indentexpr< indentkeys<"
