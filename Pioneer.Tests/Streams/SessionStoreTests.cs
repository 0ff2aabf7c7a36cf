using System.Runtime.CompilerServices;
using CsCheck;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;
using Pioneer.Streams.Rows;
using Pioneer.Streams.Stores;
using Xunit;

namespace Pioneer.Tests.Streams;

/// <summary>Sessions in memory: what is found, in which order, and that what is over is let go.</summary>
public sealed class SessionStoreTests
{
    private const long RetentionMs = 50;

    private static readonly Gen<(int Key, int Start, int Length, bool Gone)[]> Changes =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 300], Gen.Int[0, 30], Gen.Int[0, 3].Select(n => n == 0)).Array[0, 60];

    [Fact]
    public void Sessions_are_those_that_a_list_of_all_would_give_within_the_retention() => Changes.Sample(changes =>
    {
        var store = Open();
        var all = new Dictionary<RowKey, StoredRow>();
        var newest = long.MinValue;
        foreach (var (change, i) in changes.Select((c, i) => (c, i)))
        {
            var session = Session(change.Key, change.Start, change.Start + change.Length);
            var row = change.Gone ? null : new StoredRow([(long)i], i);
            store.Put(session, row);
            newest = Math.Max(newest, change.Start + change.Length);
            all.Remove(session);
            if (row is not null)
            {
                all[session] = row;
            }

            foreach (var over in all.Keys.Where(s => s.Window!.Value.EndMs <= newest - RetentionMs).ToArray())
            {
                all.Remove(over);
            }

            Assert.Equal(
                Ordered(all.Where(s => s.Key.Window!.Value.EndMs is >= 100 and <= 250)), store.EndingBetween(100, 250).Select(Show));
            Assert.Equal(
                Ordered(all.Where(s => s.Key.Cells[0]!.Equals((long)change.Key) && s.Key.Window!.Value is { EndMs: >= 100, StartMs: <= 250 })),
                store.Find(Key(change.Key), 100, 250).Select(Show));
        }
    });

    [Fact]
    public void Sessions_that_are_over_are_let_go_though_their_keys_never_come_again()
    {
        var store = Open();
        var first = PutOne(store);
        for (var i = 1; i < 100; i++)
        {
            store.Put(Session(i, i * 10, (i * 10) + 1), new StoredRow([1L], i));
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(first.TryGetTarget(out _));
        GC.KeepAlive(store);
    }

    // in a frame of its own: nothing on the stack holds the row
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<StoredRow> PutOne(ISessionStore store)
    {
        var row = new StoredRow([1L], 0);
        store.Put(Session(0, 0, 1), row);
        return new WeakReference<StoredRow>(row);
    }

    private static ISessionStore Open()
    {
        var formats = new InternalFormats(FormatSpec.Json, FormatSpec.Json);
        return (ISessionStore)new MemoryStores().Open(
            new StoreSpec(
            "sessions", StoreKind.Sessions, [new Column("K", SqlType.Bigint, ColumnRole.Key)],
            [new Column("N", SqlType.Bigint, ColumnRole.Value)], formats) { RetentionMs = RetentionMs });
    }

    private static RowKey Key(int key) => new([(long)key]);

    private static RowKey Session(int key, long startMs, long endMs) => Key(key).In(new WindowBounds(startMs, endMs, IsSession: true));

    private static IEnumerable<string> Ordered(IEnumerable<KeyValuePair<RowKey, StoredRow>> sessions) => sessions
        .OrderBy(s => s.Key.Window!.Value.EndMs).ThenBy(s => s.Key.Window!.Value.StartMs).ThenBy(s => (long)s.Key.Cells[0]!)
        .Select(s => Show((s.Key, s.Value)));

    private static string Show((RowKey Session, StoredRow Row) found) => $"{found.Session} {found.Row.Cells[0]}";
}
