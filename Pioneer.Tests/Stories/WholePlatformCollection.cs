using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>Tests that run a whole platform, some with a browser: they have the machine's two cores to themselves, after everything else.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholePlatformCollection
{
    public const string Name = "Whole platform";
}
