-- The language server, for `vim.lsp.enable("envspec")` of Neovim 0.11 or newer.
--
-- Needs `envspec` on PATH, with its extra: pip install "envspec[lsp]". Another program is given by
-- `vim.lsp.config("envspec", { cmd = { "/path/to/envspec", "lsp" } })`.

--- Runs `envspec VERB NAME` on the file of a code lens, in a terminal below.
local function in_terminal(verb)
  return function(command, context)
    local uri, name = unpack(command.arguments)
    local client = assert(vim.lsp.get_client_by_id(context.client_id))
    local program = type(client.config.cmd) == "table" and client.config.cmd[1] or "envspec"
    local path = vim.uri_to_fname(uri)
    vim.cmd.new({ mods = { split = "belowright" } })
    vim.fn.jobstart({ program, verb, name, path }, { term = true, cwd = vim.fs.dirname(path) })
  end
end

---@type vim.lsp.Config
return {
  cmd = { "envspec", "lsp" },
  filetypes = { "envspec" },
  -- Where the project begins, as the compiler sees it.
  root_markers = { { "envspec.lock", "pyproject.toml", ".git" } },
  commands = {
    ["envspec.build"] = in_terminal("build"),
    ["envspec.run"] = in_terminal("run"),
    ["envspec.deploy"] = in_terminal("deploy"),
  },
}
