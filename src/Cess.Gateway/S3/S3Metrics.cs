using System.Diagnostics.Metrics;

namespace Cess.Gateway.S3;

/// <summary>What the S3 door counts, under the meter <see cref="MeterName"/>.</summary>
internal sealed class S3Metrics
{
    public const string MeterName = "Cess.Gateway.S3";

    private static readonly string[] Names = Enum.GetNames<S3Operation>();

    private readonly Counter<long> _requests;
    private readonly Counter<long> _bytesIn;
    private readonly Counter<long> _bytesOut;
    private readonly Histogram<double> _duration;

    public S3Metrics(IMeterFactory? factory)
    {
        Meter meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _requests = meter.CreateCounter<long>("cess.s3.requests", "{request}", "Requests answered, by operation and status.");
        _bytesIn = meter.CreateCounter<long>("cess.s3.content.received", "By", "Content received, by operation.");
        _bytesOut = meter.CreateCounter<long>("cess.s3.content.sent", "By", "Bodies sent, by operation.");
        _duration = meter.CreateHistogram<double>(
            "cess.s3.request.duration", "s", "From the request's headers to the end of its answer, by operation.");
    }

    public void Record(S3Operation operation, int status, long bytesIn, long bytesOut, TimeSpan duration)
    {
        KeyValuePair<string, object?> byOperation = new("op", Names[(int)operation]);
        _requests.Add(1, byOperation, new KeyValuePair<string, object?>("status", status));
        if (bytesIn > 0)
            _bytesIn.Add(bytesIn, byOperation);
        if (bytesOut > 0)
            _bytesOut.Add(bytesOut, byOperation);
        _duration.Record(duration.TotalSeconds, byOperation);
    }
}
