using System.Collections.Immutable;
using Pioneer.Domain.Tenants;
using Pioneer.Ksql.Sandbox;

namespace Pioneer.Domain.Subscriptions;

/// <summary>Compiles with the tenant sandbox: what it does not let through is not deployed.</summary>
public sealed class SandboxCompiler : ISubscriptionCompiler
{
    public Compilation Compile(TenantSlug tenant, string name, string sql, IReadOnlyList<TenantStream> streams)
    {
        var request = new SandboxRequest(
            TenantCatalogue.SandboxTenant(tenant), TenantCatalogue.Of(streams), sql, ImmutableDictionary<string, string>.Empty, SandboxMode.Deploy, name);
        var verdict = KsqlSandbox.Check(request);
        return verdict is { Valid: true, Statements: [{ Deployable: { } deployable } statement] }
            ? new Compilation(Compiled(statement, deployable), verdict.Diagnostics)
            : new Compilation(null, verdict.Diagnostics);
    }

    private static CompiledSubscription Compiled(CheckedStatement statement, DeployableQuery deployable) => new(
        deployable.SelectFrom(deployable.SourceObject),
        deployable.SourceObject,
        deployable.SourceTopic,
        statement.Reads,
        [.. deployable.ResultSchema.Columns.Select(column => new ResultColumn(column.Name, column.Type.ToString()!, column.IsKey))],
        statement.Seedability.Verdict switch
        {
            Seedability.Exact => SeedabilityWords.Exact,
            Seedability.WithNote => SeedabilityWords.WithNote,
            _ => SeedabilityWords.Refused,
        },
        statement.Seedability.Reasons);
}
