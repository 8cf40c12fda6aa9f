namespace Orleans.Runtime.Conformance;

public interface IListensToNews : IGrainObserver
{
    Task OnNews(string news);
}

public interface INewsroom : IGrainWithStringKey
{
    Task Subscribe(IListensToNews listener);

    Task Report(string news);
}

public sealed class NewsroomGrain : Grain, INewsroom
{
    private readonly List<IListensToNews> _listeners = [];

    public Task Subscribe(IListensToNews listener)
    {
        _listeners.Add(listener);
        return Task.CompletedTask;
    }

    public Task Report(string news) => Task.WhenAll(_listeners.Select(listener => listener.OnNews(news)));
}
