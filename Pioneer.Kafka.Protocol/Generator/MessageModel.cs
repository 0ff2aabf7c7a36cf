using System.Collections.Generic;

namespace Pioneer.Kafka.Protocol.Generator;

/// <summary>One API: its key, the versions served and advertised, and the two messages.</summary>
internal sealed class ApiModel
{
    public int Key { get; set; }

    public string Name { get; set; } = "";

    public VersionRange Versions { get; set; }

    /// <summary>The lowest version told to clients; lower than served only where old clients insist (Produce, KAFKA-18659).</summary>
    public int AdvertisedFrom { get; set; }

    /// <summary>The first flexible version; <see cref="int.MaxValue"/> when none is.</summary>
    public int FlexibleFrom { get; set; } = int.MaxValue;

    public StructModel Request { get; set; } = new StructModel();

    public StructModel Response { get; set; } = new StructModel();
}

/// <summary>A message or a structure inside one.</summary>
internal sealed class StructModel
{
    public string Name { get; set; } = "";

    public VersionRange Versions { get; set; }

    public List<FieldModel> Fields { get; } = new List<FieldModel>();
}

/// <summary>One field as described by one line.</summary>
internal sealed class FieldModel
{
    public string Name { get; set; } = "";

    /// <summary>A primitive's protocol name, or a structure's name.</summary>
    public string Type { get; set; } = "";

    public bool IsArray { get; set; }

    public VersionRange Versions { get; set; }

    /// <summary>Where null may be written; null when nowhere.</summary>
    public VersionRange? Nullable { get; set; }

    /// <summary>The tag number; -1 when the field is never tagged.</summary>
    public int Tag { get; set; } = -1;

    public string? Default { get; set; }

    /// <summary>A value that the version cannot carry is dropped silently instead of being an error.</summary>
    public bool Ignorable { get; set; }

    /// <summary>The structure's own fields, when this line is where it is described.</summary>
    public StructModel? Structure { get; set; }
}
