namespace Pioneer.Domain.Tenants;

/// <summary>
/// How much of the platform a tenant may take: first what one of its principals may take of a broker, then what it may have in all. Null is the platform's default, <see cref="Unlimited"/> no limit at all. Kafka
/// counts on each broker for itself: on three brokers a principal gets up to three times the figure.
/// </summary>
public sealed record TenantLimits
{
    /// <summary>The value that lifts a limit.</summary>
    public const int Unlimited = 0;

    /// <summary>Code of the error about a figure that cannot be.</summary>
    public const string OutOfRange = "LimitOutOfRange";

    /// <summary>Slower than this and a client's single batch outlasts its own timeouts.</summary>
    public const long MinBytesPerSecond = 1024;

    private const long MaxBytesPerSecond = 1L << 40;
    private const double MinRequestPercentage = 0.1;
    private const double MaxRequestPercentage = 100_000;
    private const double MinMutationsPerSecond = 0.1;
    private const double MaxMutationsPerSecond = 1_000_000;
    private const int MaxCount = 1_000_000;

    /// <summary>What the tenant's queries may write to one broker.</summary>
    public long? ProducerBytesPerSecond { get; init; }

    /// <summary>What each of its queries' and its credentials' principals may read from one broker.</summary>
    public long? ConsumerBytesPerSecond { get; init; }

    /// <summary>Share of one broker's request threads, 100 for each thread.</summary>
    public double? RequestPercentage { get; init; }

    /// <summary>Partitions that its queries may create or delete in a second (KIP-599).</summary>
    public double? ControllerMutationsPerSecond { get; init; }

    /// <summary>Subscriptions that are not deleted: each is a topic, its partitions and a query for ever.</summary>
    public int? Subscriptions { get; init; }

    /// <summary>Partitions of its feeds and delivery topics together.</summary>
    public int? Partitions { get; init; }

    /// <summary>Event streams at the same time, over all its tokens, in one portal process.</summary>
    public int? Streams { get; init; }

    /// <summary>Previews at the same time, on pages and by the API, in one portal process.</summary>
    public int? Previews { get; init; }

    /// <summary>Live tails on pages at the same time, in one portal process.</summary>
    public int? Tails { get; init; }

    /// <summary>Open windows of its members at the same time, in one portal process.</summary>
    public int? Circuits { get; init; }

    /// <summary>API tokens that name it and are neither revoked nor over.</summary>
    public int? Tokens { get; init; }

    /// <summary>Members and open invitations together.</summary>
    public int? Accounts { get; init; }

    /// <summary>These limits with <paramref name="defaults"/> where they say nothing.</summary>
    public TenantLimits Or(TenantLimits defaults) => new()
    {
        ProducerBytesPerSecond = ProducerBytesPerSecond ?? defaults.ProducerBytesPerSecond,
        ConsumerBytesPerSecond = ConsumerBytesPerSecond ?? defaults.ConsumerBytesPerSecond,
        RequestPercentage = RequestPercentage ?? defaults.RequestPercentage,
        ControllerMutationsPerSecond = ControllerMutationsPerSecond ?? defaults.ControllerMutationsPerSecond,
        Subscriptions = Subscriptions ?? defaults.Subscriptions,
        Partitions = Partitions ?? defaults.Partitions,
        Streams = Streams ?? defaults.Streams,
        Previews = Previews ?? defaults.Previews,
        Tails = Tails ?? defaults.Tails,
        Circuits = Circuits ?? defaults.Circuits,
        Tokens = Tokens ?? defaults.Tokens,
        Accounts = Accounts ?? defaults.Accounts,
    };

    /// <summary>The first thing that is wrong, with its field; null when all is well.</summary>
    public Error? Check() =>
        Check("producerBytesPerSecond", ProducerBytesPerSecond)
        ?? Check("consumerBytesPerSecond", ConsumerBytesPerSecond)
        ?? Check("requestPercentage", RequestPercentage)
        ?? Check("controllerMutationsPerSecond", ControllerMutationsPerSecond)
        ?? Enum.GetValues<TenantUseKind>().Select(kind => Check(kind.Field(), kind.Of(this))).FirstOrDefault(wrong => wrong is not null);

    /// <summary>What a limit may be, by its field; null for none that there is.</summary>
    public static (double Least, double Most)? RangeOf(string field) => field switch
    {
        "producerBytesPerSecond" or "consumerBytesPerSecond" => (MinBytesPerSecond, MaxBytesPerSecond),
        "requestPercentage" => (MinRequestPercentage, MaxRequestPercentage),
        "controllerMutationsPerSecond" => (MinMutationsPerSecond, MaxMutationsPerSecond),
        _ => Enum.GetValues<TenantUseKind>().Any(kind => kind.Field() == field) ? (1, MaxCount) : null,
    };

    private static Error? Check(string field, double? value) => value is null or Unlimited || (RangeOf(field) is { } range && value >= range.Least && value <= range.Most)
        ? null
        : Error.Invalid(
            OutOfRange, field, FormattableString.Invariant($"{field} is {value}; it must be {RangeOf(field)?.Least} to {RangeOf(field)?.Most}."),
            $"{Unlimited} lifts the limit, nothing at all takes the platform's default.");
}
