using Cess.Node.Setup;

return await NodeCommand.Build().Parse(args).InvokeAsync();
