using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Ksql.Sandbox;

namespace Pioneer.Jobs.Subscriptions;

/// <summary>Compiles subscriptions with the sandbox: what it does not know to be allowed is refused.</summary>
public sealed class SandboxSubscriptionCompiler : ISubscriptionCompiler
{
    public Compilation Compile(TenantSlug tenant, string name, string sql, IReadOnlyList<TenantStream> streams)
    {
        var verdict = KsqlSandbox.Check(new SandboxRequest(
            TenantCatalogue.SandboxTenant(tenant), TenantCatalogue.Of(streams), sql, new Dictionary<string, string>(), SandboxMode.Deploy, name));
        if (!verdict.Valid || verdict.Statements is not [{ Deployable: { } query } statement])
        {
            return new Compilation(null, verdict.Diagnostics);
        }

        var compiled = new CompiledSubscription(
            query.SelectFrom(query.SourceObject),
            query.SourceObject,
            query.SourceTopic,
            statement.Reads,
            [.. query.ResultSchema.Columns.Select(column => new ResultColumn(column.Name, column.Type.ToString(), column.IsKey))],
            statement.Seedability.Verdict.ToString(),
            statement.Seedability.Reasons);
        return new Compilation(compiled, verdict.Diagnostics);
    }
}
