namespace Cess.Coding.Tests;

/// <summary>That a call is refused, and why.</summary>
internal static class Refused
{
    public static void With(CodingError error, Action action) =>
        Assert.Equal(error, Assert.Throws<CodingException>(action).Error);

    public static void With(CodingError error, Func<object?> action) =>
        Assert.Equal(error, Assert.Throws<CodingException>(action).Error);

    public static async Task WithAsync(CodingError error, Func<Task> action) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<CodingException>(action)).Error);
}
