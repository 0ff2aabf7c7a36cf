using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Hosting;

/// <summary>
/// Makes the demo bank a source with its two feeds, through the same commands that a person uses. Done once, which a file in the data folder remembers:
/// who removes the source is not given it again. A start that was killed in between goes on; without a bank nothing is done.
/// </summary>
public sealed class DemoContent(ManageSources sources, ManageFeeds feeds, IConfiguration configuration, ILogger<DemoContent> log)
{
    private const string Source = "demo-bank";

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (configuration["Demo:LeftOut"] is "true")
        {
            HostingLog.DemoLeftOut(log);
        }

        var done = Path.Combine(configuration["Data"]!, "demo-registered");
        if (configuration["Demo:ConnectionUrl"] is not { Length: > 0 } url || File.Exists(done))
        {
            return;
        }

        var request = new SourceRequest(Source, SourceKind.Sqlite, url, null, null, "The embedded demo bank: payments as they happen, balances from the end of day");
        var added = await sources.AddAsync(Actor.System, request, cancellationToken);
        if (added.IsFailure && added.Error.Kind is not ErrorKind.Conflict)
        {
            HostingLog.DemoRefused(log, Source, added.Error.Message);
            return;
        }

        var tables = await sources.ListTablesAsync(Actor.System, Source, cancellationToken);
        if (tables.IsFailure)
        {
            HostingLog.DemoRefused(log, Source, tables.Error.Message);
            return;
        }

        await DefineAsync(tables.Value, "payments", FeedKind.Event, "Each payment as it is booked", cancellationToken);
        await DefineAsync(tables.Value, "balances", FeedKind.State, "The balance of every account, from the nightly batch", cancellationToken);
        await File.WriteAllTextAsync(done, "The demo bank was made a source. Delete this file to have that done again at the next start.\n", cancellationToken);
    }

    private async Task DefineAsync(IEnumerable<SourceTable> tables, string name, FeedKind kind, string description, CancellationToken cancellationToken)
    {
        var table = tables.FirstOrDefault(t => t.Name == name);
        if (table is null)
        {
            HostingLog.DemoRefused(log, name, "the table is not there");
            return;
        }

        var suggested = ManageFeeds.Suggest(Source, table, kind, "tenant_id");
        var defined = (await feeds.DefineAsync(
            Actor.System,
            suggested with { TimestampColumn = kind == FeedKind.Event ? "updated_at" : null, IncrementingColumn = kind == FeedKind.Event ? "id" : null, Description = description },
            cancellationToken)).Error;
        if (defined is not null && defined.Kind is not ErrorKind.Conflict)
        {
            HostingLog.DemoRefused(log, name, defined.Message);
        }
    }
}
