namespace Pioneer.Embedded.Bank;

/// <summary>Settings of the <see cref="DemoBank"/>.</summary>
public sealed record DemoBankOptions
{
    /// <summary>Folder of the bank's files; holds nothing else and is deleted with the bank.</summary>
    public required string Directory { get; init; }

    /// <summary>Payments the generator books each second over all tenants; 0 books none.</summary>
    public double PaymentsPerSecond { get; init; } = 5;

    /// <summary>Accounts of each tenant.</summary>
    public int AccountsPerTenant { get; init; } = 40;

    /// <summary>Start of the random numbers: the same seed makes the same bank.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Slugs of the bank's clients.</summary>
    public IReadOnlyList<string> Tenants { get; init; } = ["acme", "globex", "initech"];
}
