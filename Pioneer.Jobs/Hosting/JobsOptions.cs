namespace Pioneer.Jobs.Hosting;

/// <summary>Section <c>Jobs</c>: where background work is kept and how much of it runs here.</summary>
public sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary><c>InMemory</c> (default) or <c>SqlServer</c>. Either way unfinished operations are taken up again from the database.</summary>
    public string Storage { get; set; } = "InMemory";

    /// <summary>For SqlServer; the portal database's own when empty.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Jobs at once in this process; 0 leaves them to other workers, which needs SqlServer storage.</summary>
    public int Workers { get; set; } = 8;

    /// <summary>When tenants are compared with the platform, as a cron expression.</summary>
    public string ReconcileCron { get; set; } = "*/5 * * * *";
}
