vim.filetype.add({ extension = { envspec = "envspec" } })
