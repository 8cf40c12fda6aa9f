Console.WriteLine("usage: Cess.Benchmarks NAME [options]");
