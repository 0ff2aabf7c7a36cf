using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>
/// The tests of the API share one portal in this process. Hangfire keeps storage and activator in statics that two hosts that start at once would
/// swap: these tests wait until those with hosts of their own are through.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ApiPortalCollection : ICollectionFixture<ApiPortal>
{
    public const string Name = "API portal";
}
