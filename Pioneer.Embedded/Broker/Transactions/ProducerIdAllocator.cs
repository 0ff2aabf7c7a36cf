using System.Globalization;

namespace Pioneer.Embedded.Broker.Transactions;

/// <summary>
/// Hands out producer ids that never repeat, restarts included: a block is reserved durably in a file before its first id is given.
/// Thread safe.
/// </summary>
public sealed class ProducerIdAllocator
{
    private const int BlockSize = 1000;
    private readonly Lock _gate = new();
    private readonly string _file;
    private long _next;
    private long _end;

    /// <param name="directory">The data directory; the file <c>producer-ids</c> there holds the first id not yet reserved.</param>
    public ProducerIdAllocator(string directory)
    {
        Directory.CreateDirectory(directory);
        _file = Path.Combine(directory, "producer-ids");
        _next = _end = File.Exists(_file) ? long.Parse(File.ReadAllText(_file), NumberStyles.None, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>The next producer id.</summary>
    /// <exception cref="IOException">The block could not be reserved on disk; nothing was handed out.</exception>
    public long Next()
    {
        lock (_gate)
        {
            if (_next == _end)
            {
                Log.DurableFile.WriteAllText(_file, (_end + BlockSize).ToString(CultureInfo.InvariantCulture));
                _end += BlockSize;
            }

            return _next++;
        }
    }
}
