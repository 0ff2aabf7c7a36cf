using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Tenants;
using Pioneer.Embedded.Bank;

namespace Pioneer.Portal.Hosting;

/// <summary>
/// Registers the demo bank as a source with its two feeds, the way a person would. Done once: a person who removes the source is not given it again,
/// which a file beside the database remembers.
/// </summary>
public sealed partial class DemoSource(ManageSources sources, ManageFeeds feeds, IConfiguration configuration, ILogger<DemoSource> logger, DemoBank? bank = null)
{
    private const string Source = "demo-bank";

    /// <summary>Registers what is missing; a bank that does not run is nothing to register.</summary>
    public async Task RegisterAsync(CancellationToken ct)
    {
        var done = Path.Combine(configuration["Data"]!, "demo-registered");
        if (bank is null || File.Exists(done))
        {
            return;
        }

        var added = await sources.AddAsync(Actor.System, new SourceRequest(
            Source, SourceKind.Sqlite, bank.Url, null, null, "A small bank that comes with Pioneer: accounts, balances, payments. Made up; remove it at any time."), ct);
        var tables = await sources.ListTablesAsync(Actor.System, Source, ct);
        if (tables.IsFailure)
        {
            Log.NotRegistered(logger, (added.Error ?? tables.Error).Message);
            return;
        }

        // a start that was killed between two of these finds the earlier ones there and goes on
        await DefineAsync(tables.Value, new FeedRequest("payments", Source, "payments", FeedKind.Event, [], ["id"], "updated_at", "id", "tenant_id",
            Description: "Payments as they are booked."), ct);
        await DefineAsync(tables.Value, new FeedRequest("balances", Source, "balances", FeedKind.State, [], ["account_id"], null, null, "tenant_id",
            Description: "The balance of every account, read as a nightly batch or on demand."), ct);
        await File.WriteAllTextAsync(done, "The demo bank was registered as a source. Delete this file to have it registered again.\n", ct);
    }

    private async Task DefineAsync(ImmutableArray<SourceTable> tables, FeedRequest request, CancellationToken ct)
    {
        var table = tables.First(table => table.Name == request.Table);
        var defined = await feeds.DefineAsync(Actor.System, request with
        {
            Columns = [.. table.Columns.Where(column => column.KsqlType is not null)
                .Select(column => new FeedColumn(column.Name, column.SourceType, column.KsqlType!, column.Nullable))],
        }, ct);
        if (defined.IsFailure)
        {
            Log.NotRegistered(logger, defined.Error.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 9001, Level = LogLevel.Warning, Message = "A part of the demo bank was not registered as a source: {Reason}")]
        public static partial void NotRegistered(ILogger logger, string reason);
    }
}
