using Cess.TestHost;

namespace Cess.Grains.Tests;

public sealed class RareWarningsTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly RareWarnings<int> _warnings;

    public RareWarningsTests() => _warnings = new RareWarnings<int>(_time);

    [Fact]
    public void A_source_is_warned_of_once_in_an_interval_and_then_with_the_number_of_what_was_left_out()
    {
        Assert.True(_warnings.IsDue(1, out long leftOut));
        Assert.Equal(0, leftOut);
        for (int i = 0; i < 100; i++)
            Assert.False(_warnings.IsDue(1, out _));

        _time.Advance(GrainLimits.WarningInterval);

        Assert.True(_warnings.IsDue(1, out leftOut));
        Assert.Equal(100, leftOut);
        Assert.False(_warnings.IsDue(1, out _));
    }

    [Fact]
    public void One_source_silences_no_other()
    {
        Assert.True(_warnings.IsDue(1, out _));
        Assert.False(_warnings.IsDue(1, out _));

        Assert.True(_warnings.IsDue(2, out long leftOut));
        Assert.Equal(0, leftOut);
    }

    [Fact]
    public void Sources_beyond_the_bound_cause_no_warnings_until_others_are_forgotten()
    {
        for (int i = 0; i < GrainLimits.WarningSources; i++)
            Assert.True(_warnings.IsDue(i, out _));

        Assert.False(_warnings.IsDue(GrainLimits.WarningSources, out _));
        _time.Advance(GrainLimits.WarningInterval);
        Assert.True(_warnings.IsDue(GrainLimits.WarningSources, out _));
    }
}
