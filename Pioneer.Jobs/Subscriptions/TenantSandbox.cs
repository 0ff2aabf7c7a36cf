using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Sandbox;

namespace Pioneer.Jobs.Subscriptions;

/// <summary>Checks what a person types against the streams of that person's tenant. Touches the database for the catalogue, never the cluster.</summary>
public sealed class TenantSandbox(TenantStreams streams)
{
    private static readonly IReadOnlyDictionary<string, string> NoProperties = new Dictionary<string, string>();

    /// <summary>What the tenant's queries may read, for completion and the editor's list.</summary>
    public async Task<Result<Catalogue>> CatalogueAsync(Actor actor, string slug, CancellationToken ct)
    {
        var listed = await streams.ListAsync(actor, slug, ct);
        return listed.IsFailure ? listed.Error : TenantCatalogue.Of(listed.Value);
    }

    public async Task<Result<SandboxVerdict>> CheckAsync(
        Actor actor, string slug, string sql, IReadOnlyDictionary<string, string>? properties, SandboxMode mode, string? subscription, CancellationToken ct)
    {
        var catalogue = await CatalogueAsync(actor, slug, ct);
        return catalogue.IsFailure
            ? catalogue.Error
            : KsqlSandbox.Check(new SandboxRequest(
                TenantCatalogue.SandboxTenant(TenantSlug.Parse(slug)), catalogue.Value, sql, properties ?? NoProperties, mode, subscription));
    }
}
