using Microsoft.Extensions.Options;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Isolation;

/// <summary>Section <c>Isolation</c>: when the isolation of all tenants is checked, and how long the records are kept.</summary>
public sealed class IsolationOptions
{
    public const string Section = "Isolation";

    /// <summary>As a cron expression of five fields, in UTC; empty for no schedule.</summary>
    public string CheckCron { get; set; } = "20 3 * * *";

    /// <summary>How long one check of all tenants may take; whom it does not reach comes first in the next.</summary>
    public int MaxMinutes { get; set; } = 60;

    /// <summary>A tenant's newest record is kept whatever its age.</summary>
    public int KeepDays { get; set; } = 365;
}

/// <summary>Reports every mistake in the <c>Isolation</c> section at once, each with its key.</summary>
internal sealed class IsolationOptionsValidator(TimeProvider time) : IValidateOptions<IsolationOptions>
{
    private const int MostDays = 3650, MostMinutes = 1440;

    public ValidateOptionsResult Validate(string? name, IsolationOptions options)
    {
        var failures = new List<string>();
        if (!string.IsNullOrWhiteSpace(options.CheckCron) && CronMistake.In(options.CheckCron, time) is { } mistake)
        {
            failures.Add($"Isolation:CheckCron '{options.CheckCron}' {mistake}");
        }

        if (options.MaxMinutes is < 1 or > MostMinutes)
        {
            failures.Add($"Isolation:MaxMinutes {options.MaxMinutes} is out of range: 1 to {MostMinutes}.");
        }

        if (options.KeepDays is < 1 or > MostDays)
        {
            failures.Add($"Isolation:KeepDays {options.KeepDays} is out of range: 1 to {MostDays}.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
