using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Sources;

namespace Pioneer.Domain.Ingestion;

/// <summary>What a person says about a source. A null password leaves the one that is kept, for the same address; an empty one removes it.</summary>
public sealed record SourceRequest(string? Name, SourceKind Kind, string? ConnectionUrl, string? Username, string? Password, string? Description = null, string? TimeZone = null)
{
    /// <summary>Never prints the password.</summary>
    public override string ToString() => $"source {Name} at {ConnectionUrl}";
}

/// <summary>Registers, changes, tests and removes sources.</summary>
public sealed class ManageSources(
    IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, SecretStore secrets, ISourceInspector inspector, SourceRules rules)
{
    public async Task<Result<SourceId>> AddAsync(Actor actor, SourceRequest request, CancellationToken cancellationToken)
    {
        var valid = Validate(actor, request);
        if (valid.IsFailure)
        {
            return valid.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var source = new Source
        {
            Id = work.NextId<SourceId>(),
            Name = request.Name!,
            Description = request.Description ?? "",
            Kind = request.Kind,
            ConnectionUrl = request.ConnectionUrl!,
            Username = NullIfEmpty(request.Username),
            TimeZone = NullIfEmpty(request.TimeZone) ?? Source.Utc,
            CreatedAt = work.Now,
        };
        await SetPasswordAsync(db, source, request.Password, cancellationToken);
        db.Sources.Add(source);
        work.Audit(db, actor, "SourceAdded", new AuditSubject("source", source.Name), after: Shown(source));
        var saved = await WorkRecorder.SaveAsync(db, IngestionErrors.SourceTaken(source.Name), cancellationToken);
        return saved.IsFailure ? saved.Error : source.Id;
    }

    public async Task<Result> UpdateAsync(Actor actor, SourceRequest request, long? revision, CancellationToken cancellationToken)
    {
        var valid = Validate(actor, request);
        if (valid.IsFailure)
        {
            return valid.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var source = await db.Sources.SingleOrDefaultAsync(row => row.Name == request.Name, cancellationToken);
        if (source is null)
        {
            return Error.NotFound("Source", request.Name!);
        }

        if (request.Password is null && source.PasswordSecret is not null && (source.ConnectionUrl != request.ConnectionUrl || source.Kind != request.Kind))
        {
            return IngestionErrors.PasswordNeeded(source.Name);
        }

        WorkRecorder.Expect(db, source, revision);
        var before = Shown(source);
        source.Kind = request.Kind;
        source.ConnectionUrl = request.ConnectionUrl!;
        source.Username = NullIfEmpty(request.Username);
        source.Description = request.Description ?? source.Description;
        source.TimeZone = NullIfEmpty(request.TimeZone) ?? source.TimeZone;
        await SetPasswordAsync(db, source, request.Password, cancellationToken);
        work.Audit(db, actor, "SourceChanged", new AuditSubject("source", source.Name), before, Shown(source));
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    public async Task<Result> RemoveAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        if (allowed.IsFailure)
        {
            return allowed;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var source = await db.Sources.SingleOrDefaultAsync(row => row.Name == name, cancellationToken);
        if (source is null)
        {
            return Error.NotFound("Source", name);
        }

        var feeds = await db.Feeds.CountAsync(row => row.SourceId == source.Id, cancellationToken);
        if (feeds > 0)
        {
            return IngestionErrors.SourceInUse(name, feeds);
        }

        db.Sources.Remove(source);
        db.Secrets.RemoveRange(await db.Secrets.IgnoreQueryFilters().Where(row => row.Name == source.PasswordSecret).ToListAsync(cancellationToken));
        work.Audit(db, actor, "SourceRemoved", new AuditSubject("source", name), before: Shown(source));
        return await WorkRecorder.SaveAsync(db, cancellationToken);
    }

    /// <summary>Signs in to a source as described, saved or not; a null password takes the kept one.</summary>
    public async Task<Result> TestAsync(Actor actor, SourceRequest request, CancellationToken cancellationToken)
    {
        var connection = await ConnectionAsync(actor, request, cancellationToken);
        if (connection.IsFailure)
        {
            return connection.Error;
        }

        var tested = await inspector.TestAsync(connection.Value, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Sources.Where(row => row.Name == request.Name && row.ConnectionUrl == request.ConnectionUrl)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.LastTestedAt, work.Now).SetProperty(row => row.LastTestError, tested.Error == null ? null : tested.Error.Message),
                cancellationToken);
        return tested;
    }

    /// <summary>Tables of a saved source with their columns and keys.</summary>
    public async Task<Result<ImmutableArray<SourceTable>>> ListTablesAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var saved = await SavedAsync(db, actor, name, cancellationToken);
        return saved.IsFailure ? saved.Error : await inspector.ListTablesAsync(saved.Value.Connection, cancellationToken);
    }

    /// <summary>Looks whether the table of a saved source is as a feed says.</summary>
    public async Task<Result<FeedCheck>> CheckAsync(Actor actor, FeedRequest feed, CancellationToken cancellationToken)
    {
        var valid = feed.Validate();
        if (valid.IsFailure)
        {
            return valid.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var saved = await SavedAsync(db, actor, feed.Source, cancellationToken);
        if (saved.IsFailure)
        {
            return saved.Error;
        }

        var check = await inspector.CheckAsync(saved.Value.Connection, feed, cancellationToken);
        return check.IsFailure
            ? check
            : check.Value with { Values = await WithTenantsAsync(db, feed, check.Value.Values, cancellationToken) };
    }

    /// <summary>
    /// Shows the first rows of a table as a feed would write them, to whoever may define feeds. The audit log keeps who looked at which columns, no value.
    /// </summary>
    public async Task<Result<SourcePreview>> PreviewAsync(Actor actor, FeedRequest feed, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        var valid = allowed.IsFailure ? allowed : feed.ValidateTable();
        if (valid.IsFailure)
        {
            return valid.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var saved = await SavedAsync(db, actor, feed.Source, cancellationToken);
        if (saved.IsFailure)
        {
            return saved.Error;
        }

        // kept before anything is shown: who looked must not depend on what came
        work.Audit(
            db, actor, "TablePreviewed", new AuditSubject("source", saved.Value.Name),
            after: new { feed.Table, Columns = feed.Columns.Select(column => column.Name) });
        var kept = await WorkRecorder.SaveAsync(db, cancellationToken);
        return kept.IsFailure ? kept.Error : await inspector.PreviewAsync(saved.Value.Connection, feed, cancellationToken);
    }

    /// <summary>How a feed's source reads values of its tenant column, for whoever may grant; an error where it cannot be asked.</summary>
    internal async Task<Result<ImmutableArray<TenantValueReading>>> ReadTenantValuesAsync(
        Feed feed, ImmutableArray<string> values, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var name = await db.Sources.AsNoTracking().Where(row => row.Id == feed.SourceId).Select(row => row.Name).SingleOrDefaultAsync(cancellationToken);
        var saved = await SavedAsync(db, Actor.System, name, cancellationToken);
        return saved.IsFailure ? saved.Error : await inspector.ReadTenantValuesAsync(saved.Value.Connection, feed, values, cancellationToken);
    }

    /// <summary>Who is given the rows of each value: by the feed's grants, and where it has none by the slugs that a grant would take.</summary>
    private static async Task<ImmutableArray<RowsOfValue>> WithTenantsAsync(
        PioneerDbContext db, FeedRequest feed, ImmutableArray<RowsOfValue> values, CancellationToken cancellationToken)
    {
        var granted = await db.Entitlements.AsNoTracking()
            .Where(row => row.State == EntitlementState.Granted && db.Feeds.Any(known => known.Id == row.FeedId && known.Name == feed.Name))
            .Join(db.Tenants, row => row.TenantId, tenant => tenant.Id, (row, tenant) => new { row.TenantValue, tenant.Slug })
            .ToListAsync(cancellationToken);
        var owners = granted.Count > 0
            ? granted.GroupBy(row => row.TenantValue, StringComparer.Ordinal)
                .ToDictionary(row => row.Key, row => row.First().Slug.Value, StringComparer.Ordinal)
            : (await db.Tenants.AsNoTracking().Where(tenant => tenant.State != TenantState.Deleted).Select(tenant => tenant.Slug)
                .ToListAsync(cancellationToken))
                .DistinctBy(slug => slug.Value).ToDictionary(slug => slug.Value, slug => slug.Value, StringComparer.Ordinal);
        return [.. values.Select(value => value with { Tenant = value.Value is null ? null : owners.GetValueOrDefault(value.Value) })];
    }

    /// <summary>A source that is kept, and what signs in to it, for those who may.</summary>
    private async Task<Result<SavedSource>> SavedAsync(PioneerDbContext db, Actor actor, string? name, CancellationToken cancellationToken)
    {
        var source = await db.Sources.AsNoTracking().SingleOrDefaultAsync(row => row.Name == name, cancellationToken);
        if (source is null)
        {
            return Error.NotFound("Source", name ?? "");
        }

        var connection = await ConnectionAsync(actor, AsSaved(source), cancellationToken);
        return connection.IsFailure ? connection.Error : new SavedSource(source.Name, connection.Value);
    }

    private static SourceRequest AsSaved(Source source) =>
        new(source.Name, source.Kind, source.ConnectionUrl, source.Username, null, TimeZone: source.TimeZone);

    private async Task<Result<SourceConnection>> ConnectionAsync(Actor actor, SourceRequest request, CancellationToken cancellationToken)
    {
        var valid = Validate(actor, request);
        if (valid.IsFailure)
        {
            return valid.Error;
        }

        var password = request.Password;
        if (password is null)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);

            // Only for the address that the password was given for: otherwise a test would carry it to a stranger's server.
            var secret = await db.Sources.Where(row => row.Name == request.Name && row.ConnectionUrl == request.ConnectionUrl)
                .Select(row => row.PasswordSecret).SingleOrDefaultAsync(cancellationToken);
            if (secret is not null)
            {
                var revealed = await secrets.RevealAsync(secret, cancellationToken);
                if (revealed.IsFailure)
                {
                    return revealed.Error;
                }

                password = revealed.Value;
            }
        }

        return new SourceConnection(request.Kind, request.ConnectionUrl!, NullIfEmpty(request.Username), NullIfEmpty(password), NullIfEmpty(request.TimeZone) ?? Source.Utc);
    }

    private Result Validate(Actor actor, SourceRequest request)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        if (allowed.IsFailure)
        {
            return allowed;
        }

        var name = ResourceNames.Check("source", request.Name);
        if (name.IsFailure)
        {
            return name.WithoutValue();
        }

        var lengths = TextLimits.CheckAll(
            ("connectionUrl", "address", request.ConnectionUrl, TextLimits.Description), ("username", "user's name", request.Username, TextLimits.Name),
            ("password", "password", request.Password, TextLimits.Description), ("description", "description", request.Description, TextLimits.Description));
        if (lengths.IsFailure)
        {
            return lengths;
        }

        if (NullIfEmpty(request.TimeZone) is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            return IngestionErrors.TimeZoneUnknown(zone);
        }

        return SourceUrls.Parse(request.Kind, request.ConnectionUrl, rules).WithoutValue();
    }

    private async Task SetPasswordAsync(PioneerDbContext db, Source source, string? password, CancellationToken cancellationToken)
    {
        if (password is null)
        {
            return;
        }

        source.PasswordSecret = password.Length == 0 ? null : SecretNames.Source(source.Name);
        if (password.Length > 0)
        {
            await secrets.PutAsync(db, SecretNames.Source(source.Name), password, null, cancellationToken);
        }
    }

    private static object Shown(Source source) =>
        new { source.Kind, source.ConnectionUrl, source.Username, HasPassword = source.PasswordSecret is not null, source.TimeZone, source.Description };

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private sealed record SavedSource(string Name, SourceConnection Connection);
}
