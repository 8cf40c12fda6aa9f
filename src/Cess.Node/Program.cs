using System.CommandLine;
using Cess.Node.Setup;

// Requests and writes that are under way get this long to end when the node is told to stop.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
return await NodeCommand.Build().Parse(args).InvokeAsync(configuration);
