namespace Cess.Primitives.Tests;

/// <summary>The test vectors of the Certificate Transparency reference implementation (its merkle tree tests, also in trillian).</summary>
public class MerkleVectorTests
{
    private static readonly byte[][] s_leaves =
    [
        [],
        [0x00],
        [0x10],
        [0x20, 0x21],
        [0x30, 0x31],
        [0x40, 0x41, 0x42, 0x43],
        [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        [0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_the_published_ones(int leafCount, string root)
    {
        Hash256[] hashes = LeafHashes(leafCount);
        Assert.Equal(root, MerkleTree.RootOfLeafHashes(hashes).ToString());
        Assert.Equal(root, MerkleTree.FromLeafHashes(hashes).RootHash.ToString());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 0,
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(8, 5,
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(3, 2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    public void Inclusion_proofs_are_the_published_audit_paths(int leafCount, int index, params string[] path)
    {
        Hash256[] hashes = LeafHashes(leafCount);
        MerkleTree tree = MerkleTree.FromLeafHashes(hashes);
        Hash256[] proof = tree.ProveInclusion(index);
        Assert.Equal(path, proof.Select(hash => hash.ToString()));
        Assert.True(MerkleProof.VerifyInclusion(tree.RootHash, leafCount, index, hashes[index], proof));
    }

    private static Hash256[] LeafHashes(int count) => s_leaves.Take(count).Select(leaf => MerkleTree.LeafHash(leaf)).ToArray();
}
