Console.WriteLine("cess");
