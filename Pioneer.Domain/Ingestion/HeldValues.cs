using System.Collections.Immutable;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Ingestion;

/// <summary>The values of one feed's tenant column that are somebody's, and what a further one may be confused with.</summary>
/// <param name="readings">What the source said of values; none where it did not answer.</param>
internal sealed class HeldValues(Feed feed, ImmutableArray<TenantValueReading> readings)
{
    private readonly Dictionary<string, TenantValueReading> _readings = readings.ToDictionary(reading => reading.Value, StringComparer.Ordinal);
    private readonly Dictionary<string, TenantSlug> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Value, TenantSlug Owner)> _same = new(StringComparer.Ordinal), _all = new(StringComparer.Ordinal), _unread = new(StringComparer.Ordinal);

    /// <summary>The value is the tenant's.</summary>
    public void Add(string value, TenantSlug owner)
    {
        _owners.TryAdd(value, owner);
        _all.TryAdd(Likeness(value), (value, owner));
        if (_readings.TryGetValue(value, out var reading))
        {
            _same.TryAdd(reading.SameAs, (value, owner));
        }
        else
        {
            _unread.TryAdd(Likeness(value), (value, owner));
        }
    }

    /// <summary>Why the claim cannot be, or null.</summary>
    public Error? Find(TenantValueClaim claim)
    {
        if (_owners.TryGetValue(claim.Value, out var owner))
        {
            return IngestionErrors.TenantValueTaken(feed.Name, claim.Value, owner.Value);
        }

        if (!claim.IsNew)
        {
            return null;
        }

        var reading = _readings.GetValueOrDefault(claim.Value);
        if (reading is { Refusal: { } refusal })
        {
            return IngestionErrors.TenantValueRefused(feed, claim.Value, refusal);
        }

        if (reading is not null && _same.TryGetValue(reading.SameAs, out var same))
        {
            return IngestionErrors.TenantValueSame(feed.Name, claim.Value, same.Value, same.Owner.Value);
        }

        if (reading?.Written is { } written && written != claim.Value)
        {
            return IngestionErrors.TenantValueWritten(feed.Name, claim.Value, written);
        }

        return !claim.TellsApart && (reading is null ? _all : _unread).TryGetValue(Likeness(claim.Value), out var alike)
            ? IngestionErrors.TenantValueAlike(feed.Name, claim.Value, alike.Value, alike.Owner.Value)
            : null;
    }

    /// <summary>The same for values that some database may hold for the same: in a column that is no text all of them, as 07 is 7 where numbers are.</summary>
    private string Likeness(string value) =>
        feed.Columns.FirstOrDefault(column => string.Equals(column.Name, feed.TenantColumn, StringComparison.OrdinalIgnoreCase)) is { } column
        && column.Type.Trim().ToUpperInvariant() is not ("STRING" or "VARCHAR") ? "" : TenantValues.Folded(value);
}
