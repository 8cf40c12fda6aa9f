Console.WriteLine("cess node");
