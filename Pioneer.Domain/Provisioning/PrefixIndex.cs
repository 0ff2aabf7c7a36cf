using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>Things by the beginnings of their names: what begins with a prefix is found in the time that it takes to list it.</summary>
internal sealed class PrefixIndex<T>
{
    private readonly ImmutableArray<T> _items;
    private readonly string[] _names;
    private readonly int[] _places;

    /// <param name="namesOf">The names that a thing is found by; any number.</param>
    public PrefixIndex(ImmutableArray<T> items, Func<T, IEnumerable<string?>> namesOf)
    {
        _items = items;
        var named = items.SelectMany((item, place) => namesOf(item).OfType<string>().Select(name => (name, place))).ToArray();
        _names = [.. named.Select(pair => pair.name)];
        _places = [.. named.Select(pair => pair.place)];
        Array.Sort(_names, _places, StringComparer.Ordinal);
    }

    /// <summary>Each thing one of whose names begins with one of the prefixes, once, in the order in which they were given.</summary>
    public ImmutableArray<T> StartingWith(params IEnumerable<string> prefixes)
    {
        var found = new SortedSet<int>();
        foreach (var prefix in prefixes)
        {
            for (var at = FirstFrom(prefix); at < _names.Length && _names[at].StartsWith(prefix, StringComparison.Ordinal); at++)
            {
                found.Add(_places[at]);
            }
        }

        return [.. found.Select(place => _items[place])];
    }

    private int FirstFrom(string prefix)
    {
        var (low, high) = (0, _names.Length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = string.CompareOrdinal(_names[middle], prefix) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
