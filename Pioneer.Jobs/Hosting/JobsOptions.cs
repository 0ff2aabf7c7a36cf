using Microsoft.Extensions.Options;

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

    /// <summary>When tenants are compared with the platform, as a cron expression of five fields, in UTC.</summary>
    public string ReconcileCron { get; set; } = "*/5 * * * *";
}

/// <summary>Reports every mistake in the <c>Jobs</c> section at once, each with its key.</summary>
public sealed class JobsOptionsValidator(TimeProvider time) : IValidateOptions<JobsOptions>
{
    private const int MostWorkers = 200;

    public ValidateOptionsResult Validate(string? name, JobsOptions options)
    {
        var failures = new List<string>();
        if (!IsStorage(options.Storage, "InMemory") && !IsStorage(options.Storage, "SqlServer"))
        {
            failures.Add($"Jobs:Storage '{options.Storage}' is unknown: use InMemory or SqlServer.");
        }

        if (options.Workers is < 0 or > MostWorkers)
        {
            failures.Add($"Jobs:Workers {options.Workers} is out of range: 0 to {MostWorkers}.");
        }

        if (CronMistake.In(options.ReconcileCron, time) is { } mistake)
        {
            failures.Add($"Jobs:ReconcileCron '{options.ReconcileCron}' {mistake}");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsStorage(string given, string known) => string.Equals(given, known, StringComparison.OrdinalIgnoreCase);
}
