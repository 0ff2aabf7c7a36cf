namespace Pioneer.Sources;

/// <summary>How a connection to PostgreSQL is protected; the words of libpq's <c>sslmode</c>.</summary>
public enum PostgreSqlTls
{
    /// <summary>In the clear.</summary>
    Disable,

    /// <summary>In the clear unless the server insists.</summary>
    Allow,

    /// <summary>Encrypted where the server offers it; nothing is verified.</summary>
    Prefer,

    /// <summary>Encrypted; the server's certificate is not verified.</summary>
    Require,

    /// <summary>Encrypted; the certificate must come from a trusted authority.</summary>
    VerifyCa,

    /// <summary>Encrypted; the certificate must come from a trusted authority and name the host.</summary>
    VerifyFull,
}
