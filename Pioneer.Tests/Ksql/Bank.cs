using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Types;

namespace Pioneer.Tests.Ksql;

/// <summary>What tenant acme may read in these tests.</summary>
public static class Bank
{
    public static Relation Payments { get; } = new(
        "PAYMENTS",
        RelationKind.Stream,
        "acme.t.payments",
        RelationSchema.Parse("""
            ID BIGINT KEY, ACCOUNT_ID BIGINT, AMOUNT DECIMAL(18, 2), CURRENCY STRING, BOOKED_AT TIMESTAMP, TAGS ARRAY<STRING>,
            LIMITS MAP<STRING, INTEGER>, COUNTERPARTY STRUCT<NAME STRING, ADDRESS STRUCT<CITY STRING>>, URGENT BOOLEAN, RATE DOUBLE
            """.ReplaceLineEndings(" ")),
        RelationOrigin.Feed);

    public static Relation Balances { get; } = new(
        "BALANCES",
        RelationKind.Stream,
        "acme.t.balances",
        RelationSchema.Parse("ACCOUNT_ID BIGINT KEY, BALANCE DECIMAL(18, 2), OWNER STRING"),
        RelationOrigin.Feed);

    public static Relation LargePayments { get; } = new(
        "LARGE_PAYMENTS",
        RelationKind.Stream,
        "acme.d.large-payments",
        RelationSchema.Parse("ID BIGINT KEY, AMOUNT DECIMAL(18, 2)"),
        RelationOrigin.Subscription);

    public static Catalogue Catalogue { get; } = new([Payments, Balances, LargePayments]);
}
