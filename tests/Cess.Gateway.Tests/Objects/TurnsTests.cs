using Cess.Gateway.Objects;

namespace Cess.Gateway.Tests.Objects;

public sealed class TurnsTests
{
    private readonly Turns _turns = new(atOnce: 2);

    [Fact]
    public async Task No_more_calls_of_a_subject_go_at_a_time_than_may()
    {
        TaskCompletionSource<int>[] calls = [.. Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<int>())];
        int made = 0;
        Task<int>[] taken = [.. calls.Select(call => Take(call))];
        Assert.Equal(2, made);

        calls[0].SetResult(10);
        Assert.Equal(10, await taken[0]);
        calls[1].SetResult(11);
        calls[2].SetResult(12);
        Assert.Equal(12, await taken[2]);
        Assert.Equal(3, made);

        Task<int> Take(TaskCompletionSource<int> call) => _turns.TakeTurnAsync("photos", () => { made++; return call.Task; }, CancellationToken.None);
    }

    [Fact]
    public async Task Who_goes_leaves_the_line_at_once_and_its_call_is_never_made()
    {
        TaskCompletionSource<int> call = new();
        Task<int>[] going = [Take(CancellationToken.None), Take(CancellationToken.None)];
        using CancellationTokenSource gone = new();
        Task[] waiting = [.. Enumerable.Range(0, 2_000).Select(_ => _turns.TakeTurnAsync("photos", NeverMade, gone.Token))];
        Task<int> last = Take(CancellationToken.None);

        await gone.CancelAsync();

        foreach (Task left in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.False(last.IsCompleted);
        call.SetResult(1);
        int[] answers = await Task.WhenAll(going);
        Assert.Equal([1, 1], answers);
        Assert.Equal(1, await last);

        Task<int> Take(CancellationToken cancellation) => _turns.TakeTurnAsync("photos", () => call.Task, cancellation);
        static Task<int> NeverMade() => throw new InvalidOperationException("Its caller had gone.");
    }

    [Fact]
    public async Task Subjects_do_not_wait_for_each_other_and_leave_nothing_behind()
    {
        TaskCompletionSource<int> call = new();
        Task<int>[] going = [.. Enumerable.Range(0, 5).Select(_ => _turns.TakeTurnAsync("photos", () => call.Task, CancellationToken.None))];

        Assert.Equal(2, await _turns.TakeTurnAsync("letters", () => Task.FromResult(2), CancellationToken.None));

        Assert.Equal(1, _turns.Count);
        Assert.True(_turns.IsTaken("photos"));
        Assert.False(_turns.IsTaken("letters"));
        call.SetException(new TimeoutException());
        foreach (Task<int> failed in going)
            await Assert.ThrowsAsync<TimeoutException>(() => failed);
        Assert.Equal(0, _turns.Count);
    }
}
