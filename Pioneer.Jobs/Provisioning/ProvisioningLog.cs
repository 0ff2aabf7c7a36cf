namespace Pioneer.Jobs.Provisioning;

/// <summary>Log events of provisioning, 3100 to 3199.</summary>
internal static partial class ProvisioningLog
{
    [LoggerMessage(3100, LogLevel.Critical, "Query {QueryId} used {Things} outside its tenant and was terminated")]
    public static partial void IsolationBroken(ILogger logger, string queryId, string things);

    [LoggerMessage(3101, LogLevel.Information, "Plan of {Tenant}: {Changes} changes, {Blocked} blocked")]
    public static partial void Planned(ILogger logger, string tenant, int changes, int blocked);

    [LoggerMessage(3102, LogLevel.Warning, "{Change} failed: {Reason}")]
    public static partial void ChangeFailed(ILogger logger, string change, string reason);

    [LoggerMessage(3103, LogLevel.Warning, "Reconcile found {Changes} changes for {Tenant}; operation {Operation} mends them")]
    public static partial void Drifted(ILogger logger, int changes, string tenant, string operation);

    [LoggerMessage(3104, LogLevel.Warning, "Drift could not be looked for: {Reason}")]
    public static partial void DriftUnknown(ILogger logger, string reason);
}
