using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.Rest;

/// <summary>Answers in JSON, as <see cref="Wire.WireJson"/> writes it.</summary>
internal static class JsonAnswer
{
    public static IResult Of<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(value, type, contentType: "application/json; charset=utf-8", statusCode: status);
}
