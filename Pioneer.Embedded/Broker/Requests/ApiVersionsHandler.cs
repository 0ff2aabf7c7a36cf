using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>
/// Tells what is served, and the finalized features whose rules this broker keeps. Not among them: transaction.version (without it Java
/// clients use the transactions that this broker speaks, TV1), group.version, share.version and streams.version (their APIs are not
/// served).
/// </summary>
internal sealed class ApiVersionsHandler : RequestHandler<ApiVersionsRequest>
{
    /// <summary>Before it clients take a least version of 0 for an error (KAFKA-17011).</summary>
    private const short FirstVersionWithLevelZero = 4;

    private static readonly IReadOnlyList<ApiVersionsResponse.ApiVersion> Served =
        [.. ApiCatalogue.All.Select(range => Describe(range))];

    // Levels as Kafka 4.2 finalizes them on a new cluster; 29 is 4.2-IV1. None can be changed here, so that least and highest are the same.
    private static readonly (string Name, short Level)[] Features =
        [("eligible.leader.replicas.version", 1), ("kraft.version", 0), ("metadata.version", 29)];

    /// <summary>The answer, in version 0, to a version that is not served.</summary>
    public static ApiVersionsResponse UnsupportedVersion() => new()
    {
        ErrorCode = (short)ErrorCode.UnsupportedVersion,
        ApiKeys = [.. Served.Where(v => v.ApiKey == (short)Pioneer.Kafka.Protocol.ApiKey.ApiVersions)],
    };

    protected override IMessage Handle(RequestContext context, ApiVersionsRequest request) => new ApiVersionsResponse
    {
        ApiKeys = Served,
        SupportedFeatures =
        [
            .. Features.Where(feature => feature.Level > 0 || context.Version >= FirstVersionWithLevelZero)
                .Select(feature => new ApiVersionsResponse.SupportedFeatureKey
                {
                    Name = feature.Name,
                    MinVersion = feature.Level,
                    MaxVersion = feature.Level,
                }),
        ],
        FinalizedFeaturesEpoch = 0,
        FinalizedFeatures =
        [
            .. Features.Where(feature => feature.Level > 0)
                .Select(feature => new ApiVersionsResponse.FinalizedFeatureKey
                {
                    Name = feature.Name,
                    MinVersionLevel = feature.Level,
                    MaxVersionLevel = feature.Level,
                }),
        ],
    };

    private static ApiVersionsResponse.ApiVersion Describe(ApiVersionRange range) =>
        new() { ApiKey = (short)range.Key, MinVersion = range.AdvertisedFrom, MaxVersion = range.Last };
}
