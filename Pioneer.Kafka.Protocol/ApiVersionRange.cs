namespace Pioneer.Kafka.Protocol;

/// <summary>The versions of one API.</summary>
/// <param name="Key">The API.</param>
/// <param name="AdvertisedFrom">The lowest version told to clients; below <paramref name="First"/> only where old clients insist.</param>
/// <param name="First">The lowest version served.</param>
/// <param name="Last">The highest version served and advertised.</param>
/// <param name="FlexibleFrom">The first version with compact types and tagged fields; <see cref="short.MaxValue"/> when none is.</param>
public sealed record ApiVersionRange(ApiKey Key, short AdvertisedFrom, short First, short Last, short FlexibleFrom)
{
    /// <summary>Whether a request of this version is served.</summary>
    public bool Serves(short version) => version >= First && version <= Last;
}
