namespace Pioneer.Domain;

/// <summary>
/// The program cannot start, by no fault of its own: a setting, a port, a file. The message is for whoever starts it and needs no trace: the thing (a
/// setting by its key), the reason, the way out.
/// </summary>
public sealed class StartException : Exception
{
    public StartException(string message)
        : base(message)
    {
    }

    public StartException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
