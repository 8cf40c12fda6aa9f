global using Cess.LightClient.Tests.Verifier;
