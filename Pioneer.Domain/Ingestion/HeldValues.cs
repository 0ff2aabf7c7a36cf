using System.Collections.Immutable;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Ingestion;

/// <summary>The values of one feed's tenant column that are somebody's, and what a further one may be confused with.</summary>
/// <param name="readings">What the source said of values; none where it did not answer.</param>
internal sealed class HeldValues(Feed feed, ImmutableArray<TenantValueReading> readings)
{
    private readonly Dictionary<string, TenantValueReading> _readings = readings.ToDictionary(reading => reading.Value, StringComparer.Ordinal);
    private readonly Dictionary<string, TenantSlug> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Value, TenantSlug Owner)> _same = new(StringComparer.Ordinal), _alike = new(StringComparer.Ordinal);
    private bool _hasUnread;

    private bool IsRead => !readings.IsEmpty;

    /// <summary>The value is the tenant's.</summary>
    public void Add(string value, TenantSlug owner)
    {
        _owners.TryAdd(value, owner);
        _alike.TryAdd(Likeness(value), (value, owner));
        if (_readings.TryGetValue(value, out var reading))
        {
            _same.TryAdd(reading.SameAs, (value, owner));
        }
        else
        {
            _hasUnread = true;
        }
    }

    /// <summary>Why the claim cannot be, or null.</summary>
    public Error? Find(TenantValueClaim claim)
    {
        if (!claim.IsNew)
        {
            return _owners.TryGetValue(claim.Value, out var owner) ? IngestionErrors.TenantValueTaken(feed.Name, claim.Value, owner.Value) : null;
        }

        if (FindShared(claim.Value, claim.TellsApart) is { } shared)
        {
            return shared;
        }

        return _readings.GetValueOrDefault(claim.Value) switch
        {
            { Refusal: { } refusal } => IngestionErrors.TenantValueRefused(feed, claim.Value, refusal),
            { Written: { } written } when written != claim.Value => IngestionErrors.TenantValueWritten(feed.Name, claim.Value, written),
            _ => null,
        };
    }

    /// <summary>Why the rows of a value would be another tenant's too, or null.</summary>
    /// <param name="tellsApart">Somebody has seen that they are not: believed where the source does not say.</param>
    public Error? FindShared(string value, bool tellsApart)
    {
        if (_owners.TryGetValue(value, out var owner))
        {
            return IngestionErrors.TenantValueTaken(feed.Name, value, owner.Value);
        }

        if (!IsRead)
        {
            return !tellsApart && _alike.TryGetValue(Likeness(value), out var alike)
                ? IngestionErrors.TenantValueAlike(feed.Name, value, alike.Value, alike.Owner.Value)
                : null;
        }

        // granted after the source was asked: it has not said how the two compare
        if (_hasUnread || !_readings.TryGetValue(value, out var reading))
        {
            return IngestionErrors.GrantedMeanwhile(feed.Name);
        }

        return _same.TryGetValue(reading.SameAs, out var same) ? IngestionErrors.TenantValueSame(feed.Name, value, same.Value, same.Owner.Value) : null;
    }

    /// <summary>The same for values that some database may hold for the same: in a column that is no text all of them, as 07 is 7 where numbers are.</summary>
    private string Likeness(string value) =>
        feed.Columns.FirstOrDefault(column => string.Equals(column.Name, feed.TenantColumn, StringComparison.OrdinalIgnoreCase)) is { } column
        && TenantValues.IsText(column.SourceType) ? TenantValues.Folded(value) : "";
}
