namespace Pioneer.Domain;

/// <summary>Values that several users have in common: made for the first user of a key, and forgotten with the last. Threads may share it.</summary>
/// <param name="make">Makes the value of a key. It must not block.</param>
public sealed class Shared<TKey, TValue>(Func<TKey, TValue> make)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, (TValue Value, int Users)> _values = [];

    /// <summary>The value for one more user, until that is disposed, once.</summary>
    public Use Take(TKey key)
    {
        lock (_lock)
        {
            var (value, users) = _values.TryGetValue(key, out var known) ? known : (make(key), 0);
            _values[key] = (value, users + 1);
            return new Use(this, key, value);
        }
    }

    private void GiveBack(TKey key)
    {
        lock (_lock)
        {
            var (value, users) = _values[key];
            if (users == 1)
            {
                _values.Remove(key);
            }
            else
            {
                _values[key] = (value, users - 1);
            }
        }
    }

    /// <summary>One user's hold on a value.</summary>
    public sealed class Use(Shared<TKey, TValue> shared, TKey key, TValue value) : IDisposable
    {
        public TValue Value => value;

        public void Dispose() => shared.GiveBack(key);
    }
}
