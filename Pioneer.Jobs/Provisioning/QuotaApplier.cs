using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Sets and lifts limits of principals, one request for all.</summary>
public sealed class QuotaApplier(KafkaQuotas quotas)
{
    public async Task<IReadOnlyList<Result>> ApplyAsync(IReadOnlyList<QuotaChange> changes, CancellationToken ct)
    {
        var refused = await quotas.AlterAsync([.. changes.Select(change => new KafkaQuotaAlteration(change.User, change.Wanted))], validateOnly: false, ct);
        var errors = refused.ToDictionary(item => item.Item);
        return [.. changes.Select(change => errors.TryGetValue(change.User, out var error)
            ? PlatformErrors.From(new KafkaRequestException($"set the quotas of '{change.User}'", error.Code, error.Reason))
            : Result.Success)];
    }
}
