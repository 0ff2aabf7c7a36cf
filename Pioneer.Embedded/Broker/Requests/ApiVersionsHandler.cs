using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>
/// Tells what is served. No finalized features: without transaction.version Java clients use the transactions that this broker speaks (TV1).
/// </summary>
internal sealed class ApiVersionsHandler : RequestHandler<ApiVersionsRequest>
{
    private static readonly IReadOnlyList<ApiVersionsResponse.ApiVersion> Served =
        [.. ApiCatalogue.All.Select(range => Describe(range))];

    /// <summary>The answer, in version 0, to a version that is not served.</summary>
    public static ApiVersionsResponse UnsupportedVersion() => new()
    {
        ErrorCode = (short)ErrorCode.UnsupportedVersion,
        ApiKeys = [.. Served.Where(v => v.ApiKey == (short)Pioneer.Kafka.Protocol.ApiKey.ApiVersions)],
    };

    protected override IMessage Handle(RequestContext context, ApiVersionsRequest request) => new ApiVersionsResponse { ApiKeys = Served };

    private static ApiVersionsResponse.ApiVersion Describe(ApiVersionRange range) =>
        new() { ApiKey = (short)range.Key, MinVersion = range.AdvertisedFrom, MaxVersion = range.Last };
}
