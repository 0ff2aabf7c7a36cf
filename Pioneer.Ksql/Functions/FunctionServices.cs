namespace Pioneer.Ksql.Functions;

/// <summary>What functions need of the world outside their arguments.</summary>
public sealed record FunctionServices(TimeProvider Time, Random Random)
{
    /// <summary>The machine's clock and a shared random source.</summary>
    public static FunctionServices System { get; } = new(TimeProvider.System, Random.Shared);
}
