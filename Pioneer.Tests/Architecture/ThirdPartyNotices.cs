using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Pioneer.Tests.Architecture;

/// <summary>
/// What <c>THIRD-PARTY-NOTICES.md</c> has to say: every package of the lock files, by what the restored package itself says of its licence, and the texts of
/// those licences.
/// </summary>
internal static class ThirdPartyNotices
{
    // whose lock files name what is handed on with the product; the other projects build or test it
    private static readonly string[] HandedOn = ["Pioneer.Portal", "Pioneer.Jobs"];

    // packages that only name the address of their licence
    private static readonly Dictionary<string, string> ByAddress = new(StringComparer.Ordinal)
    {
        ["https://github.com/MiloszKrajewski/K4os.Compression.LZ4/blob/master/LICENSE?raw=true"] = "MIT",
        ["https://raw.githubusercontent.com/MiloszKrajewski/K4os.Hash.xxHash/master/LICENSE"] = "MIT",
    };

    private static readonly string Packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>The file's text.</summary>
    public static string Write()
    {
        var product = HandedOn.SelectMany(Locked).Distinct().OrderBy(package => $"{package}", StringComparer.Ordinal).ToList();
        var others = LockFiles().SelectMany(Locked).Distinct().Except(product).OrderBy(package => $"{package}", StringComparer.Ordinal).ToList();
        var text = new StringBuilder("""
            # Third-party notices

            Made from the lock files and the restored packages by `PIONEER_WRITE_NOTICES=1 dotnet run --project Pioneer.Tests -- --filter-class '*.ThirdPartyNoticesTests'`;
            a test holds it to them. .NET itself (MIT) comes with its runtime; the images that `docker-compose.yml` names have licences of their own, Confluent's its
            community licence, SQL Server that of its edition.

            ## In the product


            """.ReplaceLineEndings("\n"));
        product.ForEach(package => text.Append(Line(Describe(package))));
        text.Append("\n## For building and testing only\n\n");
        others.ForEach(package => text.Append(Line(Describe(package))));
        text.Append("\n## Texts\n\nBy the names that the lists use, then those that packages bring themselves; with each package's own copyright where the text says so.\n");
        foreach (var licence in product.Select(package => Describe(package).Licence).Distinct().Where(HasText).Order(StringComparer.Ordinal))
        {
            Quote(text, licence, File.ReadAllText(TextOf(licence)));
        }

        foreach (var own in product.Select(Describe).Where(package => package.Text is not null).GroupBy(package => package.Text!))
        {
            Quote(text, string.Join(", ", own.Select(package => package.Name)), own.Key);
        }

        return text.ToString();
    }

    /// <summary>Licences of packages in the product whose text is neither in the package nor in <c>deploy/licences</c>.</summary>
    public static IEnumerable<string> WithoutText() => HandedOn.SelectMany(Locked).Distinct().Select(Describe)
        .Where(package => package.Text is null && !HasText(package.Licence)).Select(package => $"{package.Name}: {package.Licence}");

    /// <summary>Every package of every lock file.</summary>
    public static IEnumerable<(string Name, string Version)> All() => LockFiles().SelectMany(Locked).Distinct();

    private static IEnumerable<string> LockFiles() => Directory.EnumerateFiles(RepositoryFolder.Of(), "*.csproj", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(RepositoryFolder.Of(), Path.GetDirectoryName(file)!));

    private static IEnumerable<(string Name, string Version)> Locked(string project)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(RepositoryFolder.Of(project, "packages.lock.json")));
        return
        [
            .. from framework in file.RootElement.GetProperty("dependencies").EnumerateObject()
               from package in framework.Value.EnumerateObject()
               where package.Value.GetProperty("type").GetString() != "Project"
               select (package.Name, package.Value.GetProperty("resolved").GetString()!),
        ];
    }

    private static Package Describe((string Name, string Version) package)
    {
        var folder = Path.Combine(Packages, package.Name.ToLowerInvariant(), package.Version.ToLowerInvariant());
        var about = XDocument.Load(Directory.EnumerateFiles(folder, "*.nuspec").Single()).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        var licence = Find("license");
        var isFile = licence?.Attribute("type")?.Value == "file";
        return new Package(
            package.Name, package.Version, isFile ? "its own" : licence?.Value ?? ByAddress.GetValueOrDefault(Find("licenseUrl")?.Value ?? "") ?? "its own",
            OneLine(Find("copyright")?.Value ?? Find("authors")?.Value ?? ""), Find("projectUrl")?.Value,
            isFile || (licence is null && !ByAddress.ContainsKey(Find("licenseUrl")?.Value ?? "")) ? OwnText(folder, licence?.Value) : null);

        XElement? Find(string name) => about.Elements().FirstOrDefault(element => element.Name.LocalName == name);
    }

    private static string? OwnText(string folder, string? named)
    {
        var file = named is not null
            ? Path.Combine(folder, named)
            : Directory.EnumerateFiles(folder).FirstOrDefault(file => Path.GetFileName(file).Contains("license", StringComparison.OrdinalIgnoreCase));
        return file is null ? null : File.ReadAllText(file);
    }

    private static string Line(Package package) =>
        $"- {package.Name} {package.Version}: {package.Licence}. {package.Copyright}{(package.Project is null ? "" : $" <{package.Project}>")}\n";

    private static void Quote(StringBuilder text, string of, string licence)
    {
        text.Append("\n### ").Append(of).Append("\n\n");
        foreach (var line in licence.ReplaceLineEndings("\n").Trim('\n', '\uFEFF').Split('\n'))
        {
            text.Append($"    {line.Replace("\f", "", StringComparison.Ordinal)}".TrimEnd()).Append('\n');
        }
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static bool HasText(string licence) => licence.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '.') && File.Exists(TextOf(licence));

    private static string TextOf(string licence) => RepositoryFolder.Of("deploy", "licences", $"{licence}.txt");

    private sealed record Package(string Name, string Version, string Licence, string Copyright, string? Project, string? Text);
}
