using System.Collections.Immutable;

namespace Pioneer.Domain.Recovery;

/// <summary>
/// Things that bear the number of a partition, found by it: by their place where that is their number, as brokers tell them. Of several
/// the first.
/// </summary>
internal sealed class Numbered<T> where T : class
{
    private readonly Dictionary<int, T>? _found;

    public Numbered(ImmutableArray<T> items, Func<T, int> number)
    {
        Items = items;
        for (var at = 0; at < items.Length; at++)
        {
            if (number(items[at]) != at)
            {
                _found = [];
                break;
            }
        }

        foreach (var item in _found is null ? [] : items)
        {
            _found!.TryAdd(number(item), item);
        }
    }

    public ImmutableArray<T> Items { get; }

    public T? Find(int number) => _found is not null ? _found.GetValueOrDefault(number)
        : number >= 0 && number < Items.Length ? Items[number]
        : null;
}
