using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Ingestion;

/// <summary>Defines, changes and removes feeds.</summary>
public sealed class ManageFeeds(
    IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, ManageSources sources, TenantValueFence fence, IOptions<ProvisioningOptions> platform)
{
    /// <summary>What columns that tell the last change of a row are called.</summary>
    private static readonly string[] ChangeWords = ["updated", "modified", "changed"];

    /// <summary>A request filled in from a table as the source describes it; what it cannot tell, such as the key of a view, is left open.</summary>
    public static FeedRequest Suggest(string source, SourceTable table, FeedKind kind, string? tenantColumn)
    {
        var columns = table.Columns.Select(column => new FeedColumn(column.Name, column.SourceType, column.Reading.Best, column.Nullable)).ToImmutableArray();
        var times = table.Columns.Where(column => column.Reading.Best == "TIMESTAMP").ToList();
        var timestamp = times.Find(column => ChangeWords.Any(word => column.Name.Contains(word, StringComparison.OrdinalIgnoreCase))) ?? times.Find(column => !column.Nullable);
        var incrementing = table.Columns.FirstOrDefault(column =>
            column.Reading.Best is "BIGINT" or "INTEGER" && table.PrimaryKey.Length == 1 && column.Name == table.PrimaryKey[0]);
        var tenant = tenantColumn ?? table.Columns.FirstOrDefault(column => column.Name.StartsWith("tenant", StringComparison.OrdinalIgnoreCase))?.Name;
        var name = string.Join('-', table.Name.Split('.')[^1].ToLowerInvariant().Split(['_', '-', ' ', '$'], StringSplitOptions.RemoveEmptyEntries));
        // within a tenant its own column tells nothing apart
        var key = table.PrimaryKey.Length > 1 ? table.PrimaryKey.Where(column => column != tenant).ToImmutableArray() : table.PrimaryKey;
        return new FeedRequest(name, source, table.Name, kind, columns, key, timestamp?.Name, incrementing?.Name, tenant);
    }

    /// <summary>
    /// Defines a feed that the table is looked at for: what would lose rows refuses it. A source that cannot be looked into from here, which Kafka Connect
    /// may reach all the same, refuses nothing; the audit log keeps that nobody looked.
    /// </summary>
    public async Task<Result<FeedId>> DefineAsync(Actor actor, FeedRequest request, CancellationToken cancellationToken)
    {
        var valid = Check(actor, request);
        if (valid.IsFailure)
        {
            return valid.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var source = await db.Sources.SingleOrDefaultAsync(row => row.Name == request.Source, cancellationToken);
        if (source is null)
        {
            return Error.NotFound("Source", request.Source ?? "");
        }

        var check = await sources.CheckAsync(actor, request, cancellationToken);
        if (Fault(check) is { } fault)
        {
            return fault;
        }

        var feed = new Feed
        {
            Id = work.NextId<FeedId>(),
            SourceId = source.Id,
            Name = request.Name!,
            Description = request.Description ?? "",
            Table = request.Table!.Trim(),
            Kind = request.Kind,
            Columns = request.Columns,
            KeyColumns = request.KeyColumns,
            TimestampColumn = request.TimestampColumn,
            IncrementingColumn = request.IncrementingColumn,
            TenantColumn = request.TenantColumn!,
            PollIntervalMs = request.PollIntervalMs ?? FeedRequest.DefaultPollIntervalMs,
            CommitDelayMs = request.CommitDelayMs ?? FeedRequest.DefaultCommitDelayMs,
            QueryLimitMs = request.QueryLimitMs is 0 ? null : request.QueryLimitMs,
            RetentionMs = request.RetentionMs ?? FeedRequest.DefaultRetentionMs,
            Partitions = request.Partitions,
            CreatedAt = work.Now,
        };
        db.Feeds.Add(feed);
        work.Audit(db, actor, "FeedDefined", new AuditSubject("feed", feed.Name), after: new { Feed = request, Checked = check.IsSuccess ? "the table" : $"not: {check.Error.Message}" });
        var saved = await WorkRecorder.SaveAsync(db, IngestionErrors.FeedTaken(feed.Name), cancellationToken);
        return saved.IsFailure ? saved.Error : feed.Id;
    }

    /// <summary>Changes a feed. Once granted, only columns may be added at the end and figures be changed; each tenant it touches is reconciled.</summary>
    public async Task<Result<OperationId?>> UpdateAsync(Actor actor, FeedRequest request, long? revision, CancellationToken cancellationToken)
    {
        var valid = Check(actor, request);
        if (valid.IsFailure)
        {
            return valid.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var feed = await db.Feeds.SingleOrDefaultAsync(row => row.Name == request.Name, cancellationToken);
        if (feed is null)
        {
            return Error.NotFound("Feed", request.Name!);
        }

        if (!SameReading(feed, request)
            && Fault(await sources.CheckAsync(actor, request with { Source = await SourceOfAsync(db, feed, cancellationToken) }, cancellationToken)) is { } fault)
        {
            return fault;
        }

        var granted = await db.Entitlements.AnyAsync(row => row.FeedId == feed.Id && row.State == EntitlementState.Granted, cancellationToken);
        if (granted && Incompatible(feed, request) is { } why)
        {
            return IngestionErrors.IncompatibleChange(feed.Name, why);
        }

        if (granted && !SameComparison(feed, request) && await fence.FindSharedAsync(db, Changed(feed, request), cancellationToken) is { } shared)
        {
            return shared;
        }

        var partitions = feed.Partitions ?? platform.Value.Partitions;
        if (granted && feed.Kind is FeedKind.State && request.Partitions > partitions)
        {
            return IngestionErrors.StatePartitionsFixed(feed.Name, partitions, request.Partitions.Value);
        }

        WorkRecorder.Expect(db, feed, revision);
        var operation = granted ? work.Request(db, actor, OperationKind.ReconcileAll, null, feed.Name, feed.Name) : null;
        work.Audit(db, actor, "FeedChanged", new AuditSubject("feed", feed.Name), Shown(feed), request, operation);
        Apply(feed, request);
        var saved = operation is null
            ? await WorkRecorder.SaveAsync(db, cancellationToken)
            : await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation?.Id;
    }

    public async Task<Result> RemoveAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        if (allowed.IsFailure)
        {
            return allowed;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var feed = await db.Feeds.SingleOrDefaultAsync(row => row.Name == name, cancellationToken);
        if (feed is null)
        {
            return Error.NotFound("Feed", name);
        }

        // A revoked entitlement still tells the reconciler what was ours, so the feed stays as long as there is one.
        var entitlements = await db.Entitlements.CountAsync(row => row.FeedId == feed.Id, cancellationToken);
        if (entitlements > 0)
        {
            return IngestionErrors.FeedInUse(name, entitlements);
        }

        db.Feeds.Remove(feed);
        work.Audit(db, actor, "FeedRemoved", new AuditSubject("feed", name), before: Shown(feed));
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    private static Result Check(Actor actor, FeedRequest request)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        return allowed.IsFailure ? allowed : request.Validate();
    }

    // a table or column that is not there is a fault of the description; a server that does not answer is none
    private static Error? Fault(Result<FeedCheck> check) => check switch
    {
        { IsSuccess: true, Value.Faults: [var first, ..] } => first,
        { Error: { Code: "SourceTableMissing" or "SourceNotReadable", Kind: not ErrorKind.Unavailable } missing } => missing,
        _ => null,
    };

    private static string? Incompatible(Feed feed, FeedRequest request)
    {
        if (request.Kind != feed.Kind)
        {
            return "its kind cannot change: records are kept by other rules";
        }

        if (!request.KeyColumns.SequenceEqual(feed.KeyColumns) || !string.Equals(request.TenantColumn, feed.TenantColumn, StringComparison.Ordinal))
        {
            return "its key and tenant column cannot change";
        }

        var kept = request.Columns.Length >= feed.Columns.Length
            && request.Columns.Take(feed.Columns.Length).Select(column => (column.Name, column.RecordName, column.Type))
                .SequenceEqual(feed.Columns.Select(column => (column.Name, column.RecordName, column.Type)));
        if (!kept)
        {
            return "columns that are there can neither go nor change their name, their type or their place";
        }

        return request.Partitions is { } wanted && wanted < feed.Partitions ? "its partitions cannot become fewer" : null;
    }

    private static Task<string> SourceOfAsync(PioneerDbContext db, Feed feed, CancellationToken ct) =>
        db.Sources.Where(row => row.Id == feed.SourceId).Select(row => row.Name).SingleAsync(ct);

    /// <summary>Whether rows are found, told apart and put in order as before.</summary>
    private static bool SameReading(Feed feed, FeedRequest request) =>
        feed.Kind == request.Kind && feed.Table == request.Table?.Trim() && feed.KeyColumns.SequenceEqual(request.KeyColumns)
        && feed.TimestampColumn == request.TimestampColumn && feed.IncrementingColumn == request.IncrementingColumn && feed.TenantColumn == request.TenantColumn;

    /// <summary>Whether rows are told apart by the same column of the same table, as it was described.</summary>
    private static bool SameComparison(Feed feed, FeedRequest request) => feed.Table == request.Table?.Trim()
        && feed.Columns.Where(column => column.Name == feed.TenantColumn).Select(column => column.SourceType)
            .SequenceEqual(request.Columns.Where(column => column.Name == feed.TenantColumn).Select(column => column.SourceType));

    /// <summary>The feed as the request has it, apart from the row that is kept.</summary>
    private static Feed Changed(Feed feed, FeedRequest request) => new()
    {
        Id = feed.Id,
        SourceId = feed.SourceId,
        Name = feed.Name,
        Table = request.Table!.Trim(),
        Kind = feed.Kind,
        Columns = request.Columns,
        KeyColumns = feed.KeyColumns,
        TenantColumn = feed.TenantColumn,
        PollIntervalMs = feed.PollIntervalMs,
        RetentionMs = feed.RetentionMs,
        CreatedAt = feed.CreatedAt,
    };

    private static void Apply(Feed feed, FeedRequest request)
    {
        feed.Description = request.Description ?? feed.Description;
        feed.Table = request.Table!.Trim();
        feed.Kind = request.Kind;
        feed.Columns = request.Columns;
        feed.KeyColumns = request.KeyColumns;
        feed.TimestampColumn = request.TimestampColumn;
        feed.IncrementingColumn = request.IncrementingColumn;
        feed.TenantColumn = request.TenantColumn!;
        feed.PollIntervalMs = request.PollIntervalMs ?? feed.PollIntervalMs;
        feed.CommitDelayMs = request.CommitDelayMs ?? feed.CommitDelayMs;
        feed.QueryLimitMs = request.QueryLimitMs is 0 ? null : request.QueryLimitMs ?? feed.QueryLimitMs;
        feed.RetentionMs = request.RetentionMs ?? feed.RetentionMs;
        feed.Partitions = request.Partitions ?? feed.Partitions;
    }

    private static object Shown(Feed feed) => new
    {
        feed.Table, feed.Kind, feed.Columns, feed.KeyColumns, feed.TimestampColumn, feed.IncrementingColumn, feed.TenantColumn,
        feed.PollIntervalMs, feed.CommitDelayMs, feed.QueryLimitMs, feed.RetentionMs, feed.Partitions,
    };
}
