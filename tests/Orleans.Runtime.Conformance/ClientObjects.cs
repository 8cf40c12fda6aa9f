namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class ClientObjects(SharedSilo silo)
{
    [Fact]
    public async Task A_grain_calls_an_object_of_the_client()
    {
        var listener = new Listener();
        var reference = silo.Client.CreateObjectReference<IListensToNews>(listener);
        var newsroom = silo.Client.GetGrain<INewsroom>("news");
        await newsroom.Subscribe(reference);
        await Wait.For(newsroom.Report("first"));
        await Wait.For(newsroom.Report("second"));
        Assert.Equal(["first", "second"], listener.News);
        silo.Client.DeleteObjectReference<IListensToNews>(reference);
        GC.KeepAlive(listener);
    }

    private sealed class Listener : IListensToNews
    {
        public List<string> News { get; } = [];

        public Task OnNews(string news)
        {
            News.Add(news);
            return Task.CompletedTask;
        }
    }
}
