using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pioneer.Embedded.Broker.Cluster;

namespace Pioneer.Embedded.Broker.Security;

/// <summary>What a quota limits.</summary>
public enum QuotaKind
{
    /// <summary><c>producer_byte_rate</c>.</summary>
    Produce,

    /// <summary><c>consumer_byte_rate</c>.</summary>
    Fetch,
}

/// <summary>
/// Byte rates of clients (KIP-13, KIP-219): a request over its quota is served, and its sender told to wait, and made to, until the rate is
/// right again. The most specific quota counts: user with client id, user, client id; named before default. Thread safe.
/// </summary>
public sealed class ClientQuotas(Func<ImmutableDictionary<QuotaEntity, ImmutableSortedDictionary<string, double>>> quotas, TimeProvider time)
{
    /// <summary>What may be spent at once, in seconds of the rate (Kafka measures over eleven samples of one second).</summary>
    public const double BurstSeconds = 10;

    /// <summary>More buckets than this are not remembered: the oldest debts are forgiven.</summary>
    private const int MaxBuckets = 10_000;

    private static readonly TimeSpan LongestThrottle = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(QuotaKind Kind, string? User, string? ClientId), Bucket> _buckets = new();

    /// <summary>The key of a quota in the protocol.</summary>
    public static string KeyOf(QuotaKind kind) => kind == QuotaKind.Produce ? "producer_byte_rate" : "consumer_byte_rate";

    /// <summary>Counts bytes, and answers how long the sender has to wait; zero without a quota.</summary>
    public TimeSpan Charge(QuotaKind kind, string user, string? clientId, long bytes)
    {
        var current = quotas();
        if (current.IsEmpty || bytes == 0 || Find(current, KeyOf(kind), user, clientId ?? "") is not { } quota)
        {
            return TimeSpan.Zero;
        }

        if (_buckets.Count > MaxBuckets)
        {
            _buckets.Clear();
        }

        var owner = (kind, quota.Entity.User is null ? null : user, quota.Entity.ClientId is null ? null : clientId);
        var debt = _buckets.GetOrAdd(owner, _ => new Bucket(time)).Spend(bytes, quota.BytesPerSecond);
        var wait = TimeSpan.FromSeconds(debt / quota.BytesPerSecond);
        return wait < LongestThrottle ? wait : LongestThrottle;
    }

    private static (QuotaEntity Entity, double BytesPerSecond)? Find(
        ImmutableDictionary<QuotaEntity, ImmutableSortedDictionary<string, double>> quotas, string key, string user, string clientId)
    {
        ReadOnlySpan<QuotaEntity> candidates =
        [
            new(user, clientId), new(user, QuotaEntity.Default), new(user, null),
            new(QuotaEntity.Default, clientId), new(QuotaEntity.Default, QuotaEntity.Default), new(QuotaEntity.Default, null),
            new(null, clientId), new(null, QuotaEntity.Default),
        ];
        foreach (var candidate in candidates)
        {
            if (quotas.TryGetValue(candidate, out var found) && found.TryGetValue(key, out var rate))
            {
                return (candidate, rate);
            }
        }

        return null;
    }

    /// <summary>What one sender may still spend.</summary>
    private sealed class Bucket(TimeProvider time)
    {
        private readonly Lock _gate = new();
        private double _left = double.MaxValue;
        private long _seen = time.GetTimestamp();

        /// <summary>Spends, and answers the debt in bytes.</summary>
        public double Spend(long bytes, double bytesPerSecond)
        {
            lock (_gate)
            {
                var now = time.GetTimestamp();
                var earned = time.GetElapsedTime(_seen, now).TotalSeconds * bytesPerSecond;
                _seen = now;
                _left = Math.Min(_left + earned, bytesPerSecond * BurstSeconds) - bytes;
                return Math.Max(0, -_left);
            }
        }
    }
}
