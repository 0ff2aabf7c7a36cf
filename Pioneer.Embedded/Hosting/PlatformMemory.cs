using System.Security.Cryptography;
using System.Text.Json;

namespace Pioneer.Embedded;

/// <summary>
/// What a portal's embedded platform remembers between starts, in <c>&lt;data&gt;/embedded</c>: the super user's password (mode 600), the
/// ports it took, and whether the demo bank is wanted.
/// </summary>
internal sealed class PlatformMemory
{
    public const string SuperUser = "pioneer";

    private const int SecretBytes = 24;
    private readonly string _settingsPath;
    private readonly string _secretPath;

    public PlatformMemory(string dataDirectory)
    {
        Directory = Path.Combine(dataDirectory, "embedded");
        _settingsPath = Path.Combine(Directory, "platform.json");
        _secretPath = Path.Combine(Directory, "secret");
        System.IO.Directory.CreateDirectory(Directory);
        Secret = ReadOrMakeSecret();
        Settings = File.Exists(_settingsPath)
            ? JsonSerializer.Deserialize<RememberedSettings>(File.ReadAllText(_settingsPath)) ?? new RememberedSettings()
            : new RememberedSettings();
    }

    public string Directory { get; }

    public string Secret { get; }

    public RememberedSettings Settings { get; private set; }

    /// <summary>A password of its own for another purpose, from the same secret.</summary>
    public string Derived(string purpose) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(Secret), System.Text.Encoding.UTF8.GetBytes(purpose)));

    /// <summary>Replaces the remembered settings; a kill meanwhile leaves the old ones.</summary>
    public void Remember(RememberedSettings settings)
    {
        if (settings == Settings && File.Exists(_settingsPath))
        {
            return;
        }

        Settings = settings;
        var draft = _settingsPath + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize(settings));
        File.Move(draft, _settingsPath, overwrite: true);
    }

    private string ReadOrMakeSecret()
    {
        if (File.Exists(_secretPath) && File.ReadAllText(_secretPath).Trim() is { Length: SecretBytes * 2 } known)
        {
            return known;
        }

        var secret = RandomNumberGenerator.GetHexString(SecretBytes * 2, lowercase: true);
        var draft = _secretPath + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(secret);
        }

        File.Move(draft, _secretPath, overwrite: true);
        return secret;
    }
}

/// <summary>Ports taken last time and the answer to 'with the demo bank?'; null where not known yet.</summary>
internal sealed record RememberedSettings(int? KafkaPort = null, int? KsqlPort = null, int? ConnectPort = null, bool? Demo = null);
