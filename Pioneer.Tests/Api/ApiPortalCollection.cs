using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>The tests of the API share one portal.</summary>
[CollectionDefinition(Name)]
public sealed class ApiPortalCollection : ICollectionFixture<ApiPortal>
{
    public const string Name = "API portal";
}
