namespace Cess.Wire;

/// <summary>The body of every answer that is no success.</summary>
/// <param name="Error">What went wrong.</param>
public sealed record ErrorMessage(ErrorDetail Error);

/// <summary>What went wrong.</summary>
/// <param name="Code">One of <see cref="WireErrors"/>.</param>
/// <param name="Message">One sentence for people, with names and numbers.</param>
/// <param name="RequestId">Names the request in the node's log.</param>
/// <param name="Reason">The ledger's code behind it, such as "Files.ConditionFailed"; null when there is none.</param>
public sealed record ErrorDetail(string Code, string Message, string RequestId, string? Reason = null);
