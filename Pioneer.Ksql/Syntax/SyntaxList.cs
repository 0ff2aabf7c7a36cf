using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Pioneer.Ksql.Syntax;

/// <summary>An immutable list that is equal to another when the elements are: trees that hold it compare by content.</summary>
[CollectionBuilder(typeof(SyntaxList), nameof(SyntaxList.Create))]
public sealed class SyntaxList<T> : IReadOnlyList<T>, IEquatable<SyntaxList<T>>
{
    private readonly ImmutableArray<T> _items;

    internal SyntaxList(ImmutableArray<T> items) => _items = items;

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <summary>Enumerates without allocating.</summary>
    public ImmutableArray<T>.Enumerator GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(SyntaxList<T>? other) => other is not null && _items.SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SyntaxList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)_items).GetEnumerator();
}

/// <summary>Makes <see cref="SyntaxList{T}"/> from collection expressions.</summary>
public static class SyntaxList
{
    /// <summary>A list of the given elements.</summary>
    public static SyntaxList<T> Create<T>(ReadOnlySpan<T> items) => new([.. items]);
}
