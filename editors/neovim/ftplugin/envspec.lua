-- How a buffer of this language behaves: as `envspec fmt` writes it.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

vim.bo.commentstring = "# %s"
vim.bo.comments = ":#"
vim.bo.expandtab = true
vim.bo.shiftwidth = 4
vim.bo.softtabstop = 4
vim.opt_local.formatoptions:remove("t")
vim.opt_local.formatoptions:append("croql")
vim.opt_local.iskeyword:append("-") -- names may have it: `torch-gpu` is one word

vim.b.undo_ftplugin = "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< formatoptions< iskeyword<"
