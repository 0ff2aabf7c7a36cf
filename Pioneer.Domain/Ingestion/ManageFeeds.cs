using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Ingestion;

/// <summary>Defines, changes and removes feeds.</summary>
public sealed class ManageFeeds(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, IOptions<ProvisioningOptions> platform)
{
    /// <summary>A request filled in from a table as the source describes it; a table without a key or with unusable columns says so.</summary>
    public static Result<FeedRequest> Suggest(string source, SourceTable table, FeedKind kind, string? tenantColumn)
    {
        if (table.PrimaryKey.IsDefaultOrEmpty)
        {
            return IngestionErrors.TableWithoutKey(table.Name);
        }

        var columns = table.Columns.Select(column => new FeedColumn(column.Name, column.SourceType, column.Reading.Best, column.Nullable)).ToImmutableArray();
        var timestamp = table.Columns.FirstOrDefault(column => column.Reading.Best == "TIMESTAMP" && !column.Nullable);
        var incrementing = table.Columns.FirstOrDefault(column =>
            column.Reading.Best is "BIGINT" or "INTEGER" && table.PrimaryKey.Length == 1 && column.Name == table.PrimaryKey[0]);
        var tenant = tenantColumn ?? table.Columns.FirstOrDefault(column => column.Name.StartsWith("tenant", StringComparison.OrdinalIgnoreCase))?.Name;
        var name = table.Name.Split('.')[^1].ToLowerInvariant().Replace('_', '-');
        return new FeedRequest(name, source, table.Name, kind, columns, table.PrimaryKey, timestamp?.Name, incrementing?.Name, tenant);
    }

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
            RetentionMs = request.RetentionMs ?? FeedRequest.DefaultRetentionMs,
            Partitions = request.Partitions,
            CreatedAt = work.Now,
        };
        db.Feeds.Add(feed);
        work.Audit(db, actor, "FeedDefined", new AuditSubject("feed", feed.Name), after: request);
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

        var granted = await db.Entitlements.AnyAsync(row => row.FeedId == feed.Id && row.State == EntitlementState.Granted, cancellationToken);
        if (granted && Incompatible(feed, request) is { } why)
        {
            return IngestionErrors.IncompatibleChange(feed.Name, why);
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
            && request.Columns.Take(feed.Columns.Length).Select(column => (column.Name, column.Type))
                .SequenceEqual(feed.Columns.Select(column => (column.Name, column.Type)));
        if (!kept)
        {
            return "columns that are there can neither go nor change their type nor their place";
        }

        return request.Partitions is { } wanted && wanted < feed.Partitions ? "its partitions cannot become fewer" : null;
    }

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
        feed.RetentionMs = request.RetentionMs ?? feed.RetentionMs;
        feed.Partitions = request.Partitions ?? feed.Partitions;
    }

    private static object Shown(Feed feed) => new
    {
        feed.Table, feed.Kind, feed.Columns, feed.KeyColumns, feed.TimestampColumn, feed.IncrementingColumn, feed.TenantColumn,
        feed.PollIntervalMs, feed.RetentionMs, feed.Partitions,
    };
}
